/** A door of a site, by what it hangs below. */
const columns =
  'site;business_type;country;time_zone;street;postcode;city;owner_name;owner_email;owner_language;voucher;device;parent;kind;model;radio;activation_code;mac;door;floor;notes';

const places = [
  ['Bäckerei Öztürk & Söhne', 'DE', 'Europe/Berlin', 'Große Straße 7', '89073', 'Ulm', 'de'],
  ['Résidence “Les Tilleuls”', 'FR', 'Europe/Paris', "Allée de l'Église 3", '69100', 'Villeurbanne', 'fr'],
  ['Clínica Muñoz e Hijos', 'ES', 'Europe/Madrid', 'Calle Añón 12', '50001', 'Zaragoza', 'es'],
  ['Gemeentehuis Súdwest-Fryslân', 'NL', 'Europe/Amsterdam', 'Marktstraat 15', '8601 CV', 'Sneek', 'nl'],
] as const;

const hex = (value: number, digits: number) => value.toString(16).toUpperCase().padStart(digits, '0');
const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;
const line = (cells: Record<string, string>) =>
  columns
    .split(';')
    .map((column) => quoted(cells[column] ?? ''))
    .join(';');

/**
 * A register of `sites` sites with `doors` doors: umlauts, quotes, line breaks, semicolons as separators, hubs with
 * repeaters in two rows, locks of both radios, and places without a MAC.
 */
export function largeRegister(sites: number, doors: number): string {
  const lines = [`\ufeff${columns}`];
  let door = 0;
  for (let index = 0; index < sites; index += 1) {
    const [name, country, timeZone, street, postcode, city, language] =
      places[index % places.length] ?? places[0];
    const share = Math.ceil((doors - door) / (sites - index));
    const mac = (kind: number, number: number) => `${hex(kind, 2)}.${hex(index, 2)}.${hex(number, 2)}`;
    const hub = `Technikraum „${index + 1}“`;
    lines.push(
      line({
        ...{
          site: `${name} "Nº ${index + 1}"`,
          business_type: 'office',
          country,
          time_zone: timeZone,
          street,
          postcode,
          city,
        },
        ...{
          owner_name: `Jörg O'Brien ${index}`,
          owner_email: `owner${index}@example.org`,
          owner_language: language,
        },
        ...{ voucher: `PRO-50-R${index}`, device: hub, kind: 'iq', model: index % 2 === 0 ? 'IQ3' : 'IQ2' },
        ...{
          activation_code: mac(0x0c, 1),
          mac: mac(0x0a, 1),
          notes: 'Behind the\nmeter cupboard; key at the desk',
        },
      }),
    );
    const withRepeaters = index % 3 === 0;
    if (withRepeaters) {
      lines.push(
        line({
          device: 'Flur Süd',
          parent: hub,
          kind: 'repeater',
          radio: 'blue_net',
          activation_code: mac(0x0d, 1),
          mac: mac(0x0b, 1),
        }),
      );
      lines.push(
        line({
          device: 'Flur Nord',
          parent: 'Flur Süd',
          kind: 'repeater',
          radio: 'blue_net',
          activation_code: mac(0x0d, 2),
          mac: mac(0x0b, 2),
        }),
      );
    }
    for (let number = 0; number < share; number += 1, door += 1) {
      const parent = withRepeaters ? (number % 2 === 0 ? 'Flur Süd' : 'Flur Nord') : hub;
      const radioless = !withRepeaters && number % 8 === 7;
      lines.push(
        line({
          ...{
            device: `Tür ${number + 1}, "${index}"`,
            parent,
            kind: 'lock',
            door: `Zimmer ${number + 1}`,
            floor: String(number % 4),
          },
          ...{
            model: ['escutcheon', 'cylinder', 'wall_reader'][number % 3] ?? '',
            radio: radioless ? 'rf_net' : 'blue_net',
          },
          mac: radioless
            ? mac(0x0e, number)
            : number % 9 === 4
              ? ''
              : `01FFEE${hex(index, 4)}${hex(number, 4)}`,
        }),
      );
    }
  }
  return `${lines.join('\r\n')}\r\n`;
}
