import type { SiteRow } from '../../electron/contract/model.ts';
import { ago, ahead, DAY_MS, fakeId, HOUR_MS, MINUTE_MS } from './fake-times.ts';

interface RowSeed {
  name: string;
  city: string;
  uid: string | null;
  state: SiteRow['state'];
  attention?: SiteRow['attention'];
  owner: string;
  email?: string;
  invitation?: Partial<NonNullable<SiteRow['invitation']>>;
  doors: readonly [tested: number, attached: number, planned: number];
  unsent: number;
  workedMs: number;
  next: SiteRow['nextStep'];
}

const seeds: readonly RowSeed[] = [
  {
    name: 'Hotel Zur Alten Post, Personalhaus',
    city: 'Garmisch-Partenkirchen',
    uid: 'DE0000214873',
    state: 'in_progress',
    owner: 'Katharina Wiedemann-Oßwald',
    doors: [18, 22, 24],
    unsent: 6,
    workedMs: 14 * MINUTE_MS,
    next: { kind: 'test_doors', count: 6 },
  },
  {
    name: 'Gemeentehuis Súdwest-Fryslân',
    city: 'Sneek',
    uid: 'NL0000118420',
    state: 'in_progress',
    owner: 'Sjoerd van der Heijden',
    doors: [29, 30, 30],
    unsent: 9,
    workedMs: DAY_MS,
    next: { kind: 'clear_blockers', count: 2 },
  },
  {
    name: 'Résidence Les Tilleuls, bâtiments A à D',
    city: 'Villeurbanne',
    uid: 'FR0000902217',
    state: 'in_progress',
    attention: { code: 'NETWORK_UNPROVEN', params: { device: 'Local technique A' } },
    owner: 'Amélie Lefèvre-Marchand',
    doors: [41, 51, 64],
    unsent: 3,
    workedMs: DAY_MS + HOUR_MS,
    next: { kind: 'set_network', count: 1 },
  },
  {
    name: 'Clínica Dental Muñoz e Hijos',
    city: 'Zaragoza',
    uid: 'ES0000330158',
    state: 'installed',
    owner: 'Inmaculada Muñoz Etxeberria',
    invitation: { state: 'queued' },
    doors: [12, 12, 12],
    unsent: 7,
    workedMs: 3 * DAY_MS,
    next: { kind: 'see_outbox', count: 7 },
  },
  {
    name: 'Coworking De Nieuwe Haven, 2e verdieping',
    city: 'Rotterdam',
    uid: 'NL0000118733',
    state: 'handing_over',
    owner: 'Bas Oudewortel',
    invitation: { state: 'sent', expiresAt: ahead(41 * HOUR_MS - MINUTE_MS) },
    doors: [16, 16, 16],
    unsent: 0,
    workedMs: 4 * DAY_MS,
    next: { kind: 'follow_owner', count: 0 },
  },
  {
    name: 'Pflegeheim St. Elisabeth, Haus Mariengrund',
    city: 'Innsbruck',
    uid: 'AT0000061207',
    state: 'in_progress',
    owner: 'Benediktinerinnen-Stiftung Tirol',
    email: '',
    doors: [52, 83, 118],
    unsent: 0,
    workedMs: 8 * DAY_MS,
    next: { kind: 'attach_locks', count: 35 },
  },
  {
    name: 'Bibliothèque municipale de Saint-Étienne-du-Rouvray',
    city: '',
    uid: null,
    state: 'planned',
    owner: 'Ville, service des bâtiments',
    doors: [0, 0, 22],
    unsent: 1,
    workedMs: 9 * DAY_MS,
    next: { kind: 'start', count: 0 },
  },
  {
    name: 'Colegio Nuestra Señora del Pilar',
    city: 'Valencia',
    uid: 'ES0000328846',
    state: 'return_visit',
    owner: 'Rosa María Izquierdo Gil',
    invitation: { state: 'accepted', acceptedAt: ago(20 * DAY_MS) },
    doors: [38, 38, 38],
    unsent: 0,
    workedMs: 10 * DAY_MS,
    next: { kind: 'none', count: 0 },
  },
  {
    name: 'Zonnehof, Laan van Meerdervoort 1180',
    city: 'Den Haag',
    uid: null,
    state: 'planned',
    owner: 'VvE Zonnehof',
    email: '',
    doors: [0, 0, 96],
    unsent: 1,
    workedMs: 11 * DAY_MS,
    next: { kind: 'start', count: 0 },
  },
  {
    name: 'Praxis Dr. Löwenstein & Partner',
    city: 'Wien',
    uid: 'AT0000060981',
    state: 'released',
    owner: 'Dr. Miriam Löwenstein',
    invitation: { state: 'accepted', acceptedAt: ago(12 * DAY_MS) },
    doors: [9, 9, 9],
    unsent: 0,
    workedMs: 12 * DAY_MS,
    next: { kind: 'none', count: 0 },
  },
  {
    name: 'Bakkerij Van den Broeck',
    city: 'Antwerpen',
    uid: 'BE0000071562',
    state: 'released',
    owner: 'Lieve Van den Broeck',
    invitation: { state: 'accepted', acceptedAt: ago(16 * DAY_MS) },
    doors: [4, 4, 4],
    unsent: 0,
    workedMs: 16 * DAY_MS,
    next: { kind: 'none', count: 0 },
  },
];

function rowOf(seed: RowSeed, index: number): SiteRow {
  const [tested, attached, planned] = seed.doors;
  const email =
    seed.email ??
    `${seed.owner
      .split(' ')[0]
      ?.toLowerCase()
      .replace(/[^a-z]/g, '')}@owner.example`;
  return {
    id: fakeId(index + 1),
    name: seed.name,
    city: seed.city,
    siteUid: seed.uid,
    state: seed.state,
    attention: seed.attention ?? null,
    ownerName: seed.owner,
    ownerEmail: email,
    invitation:
      seed.invitation === undefined
        ? null
        : { state: 'not_sent', email, sentAt: null, expiresAt: null, acceptedAt: null, ...seed.invitation },
    doors: { tested, attached, planned },
    unsent: seed.unsent,
    lastWorkedAt: ago(seed.workedMs),
    nextStep: seed.next,
    macs: index === 0 ? ['4F.A1.09', '01FFEE0011227F'] : [],
  };
}

/** `count` rows: the drawn ones first, then as many planned sites as are wanted. */
export function fakeRows(count: number): SiteRow[] {
  const rows = seeds.map(rowOf);
  for (let index = rows.length; index < count; index += 1) {
    rows.push(
      rowOf(
        {
          name: `Objekt ${String(index).padStart(5, '0')}, Bauteil ${index % 7}`,
          city: 'Graz',
          uid: null,
          state: 'planned',
          owner: 'Wohnbau Steiermark',
          doors: [0, 0, 8 + (index % 30)],
          unsent: 1,
          workedMs: (20 + index) * DAY_MS,
          next: { kind: 'start', count: 0 },
        },
        index,
      ),
    );
  }
  return rows.slice(0, count);
}
