/** Two-letter codes that name no country an installer works in: groups of countries and reserved codes. */
const NO_COUNTRY = new Set([
  'EU',
  'EZ',
  'UN',
  'QO',
  'XA',
  'XB',
  'ZZ',
  'AC',
  'CP',
  'DG',
  'EA',
  'IC',
  'TA',
  'CQ',
]);

/** Codes of countries that no longer are, which some engines still name. */
const FORMER = new Set([
  'AN',
  'BU',
  'CS',
  'DD',
  'DY',
  'FX',
  'HV',
  'NH',
  'NT',
  'QU',
  'RH',
  'SU',
  'TP',
  'UK',
  'VD',
  'YD',
  'YU',
  'ZR',
]);

export interface Place {
  readonly id: string;
  readonly label: string;
}

/** All countries by name in a language, sorted as that language sorts. */
export function countries(locale: string): Place[] {
  const names = new Intl.DisplayNames(locale, { type: 'region', fallback: 'none' });
  const places: Place[] = [];
  for (const first of 'ABCDEFGHIJKLMNOPQRSTUVWXYZ') {
    for (const second of 'ABCDEFGHIJKLMNOPQRSTUVWXYZ') {
      const id = first + second;
      if (NO_COUNTRY.has(id) || FORMER.has(id)) continue;
      const label = names.of(id);
      if (label !== undefined) places.push({ id, label });
    }
  }
  return places.sort((a, b) => a.label.localeCompare(b.label, locale));
}

/** All time zones by their IANA names. */
export function timeZones(): Place[] {
  return Intl.supportedValuesOf('timeZone').map((id) => ({ id, label: id.replaceAll('_', ' ') }));
}
