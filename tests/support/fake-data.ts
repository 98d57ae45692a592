import {
  type AppState,
  type Device,
  type Discovery,
  doorChecks,
  type FoundDevice,
  type Outbox,
  outboxStages,
  type Practice,
  type Site,
  type SiteRow,
  type Stage,
  type Work,
} from '../../electron/contract/model.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** A UUID that can be told from the others by its number. */
export const fakeId = (number: number): string =>
  `01990000-0000-7000-8000-${String(number).padStart(12, '0')}`;

const ago = (ms: number): string => new Date(Date.now() - ms).toISOString();
const ahead = (ms: number): string => new Date(Date.now() + ms).toISOString();

/** What the fake host shows: everything that the contract can watch. */
export interface FakeWorld {
  app: AppState;
  rows: SiteRow[];
  sites: Map<string, Site>;
  discovery: Discovery;
  work: Work | null;
  outbox: Outbox;
  practice: Practice | null;
}

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

let nextDevice = 1000;

function device(part: Partial<Device> & Pick<Device, 'kind' | 'name'>): Device {
  nextDevice += 1;
  const heard = part.rssi === undefined || part.rssi === null ? null : ago(4000);
  return {
    id: fakeId(nextDevice),
    siteId: fakeId(1),
    parentId: null,
    position: 0,
    model: null,
    radio: part.kind === 'lock' ? 'blue_net' : null,
    mac: null,
    hasActivationCode: true,
    door: '',
    floor: '',
    notes: '',
    state: 'planned',
    serial: null,
    firmware: part.kind === 'lock' ? '5.12.0' : null,
    rssi: null,
    batteryPercent: part.kind === 'lock' && heard !== null ? 92 : null,
    heardAt: heard,
    checks: [],
    networkProven: false,
    registered: false,
    subscription: null,
    ...part,
  };
}

const passed = (count: number): Device['checks'] =>
  doorChecks.slice(0, count).map((check, index) => ({
    check,
    result: 'passed',
    by: index === 1 || index > 2 ? 'M. Visser' : 'lock',
    at: ago((20 - index) * MINUTE_MS),
    detail: ['-61 dBm', 'ok', 'coupled twice'][index] ?? 'ok',
  }));

/** The tree that is drawn: two hubs, three repeaters, twenty-four doors. */
function fakeDevices(): Device[] {
  const hub = device({
    kind: 'iq',
    name: 'Technikraum UG',
    model: 'IQ2',
    mac: '4F.A1.09',
    state: 'paired',
    rssi: -47,
  });
  const floor1 = device({
    kind: 'repeater',
    name: 'Flur 1. OG',
    model: 'repeater',
    mac: '4F.B2.31',
    parentId: hub.id,
    state: 'attached',
    rssi: -58,
  });
  const lock = (name: string, parent: Device, position: number, rest: Partial<Device>) =>
    device({ kind: 'lock', name, model: 'escutcheon', parentId: parent.id, position, ...rest });
  const tested = { state: 'tested' as const, checks: passed(7) };
  const floor2 = device({
    kind: 'repeater',
    name: 'Flur 2. OG',
    model: 'repeater',
    mac: '4F.B2.44',
    parentId: floor1.id,
    position: 3,
    state: 'attached',
    rssi: -66,
  });
  const spa = device({
    kind: 'repeater',
    name: 'Wellness, Keller',
    model: 'repeater',
    mac: '4F.B2.58',
    parentId: hub.id,
    position: 1,
    state: 'attached',
    rssi: -74,
  });
  const second = device({
    kind: 'iq',
    name: 'Verteiler EG',
    model: 'IQ2',
    mac: '4F.A1.3C',
    position: 1,
    state: 'planned',
    rssi: null,
  });
  return [
    hub,
    floor1,
    lock('Zimmer 101', floor1, 0, { mac: '01FFEE00112233', rssi: -52, ...tested }),
    lock('Zimmer 102', floor1, 1, { mac: '01FFEE0011223A', rssi: -55, ...tested }),
    lock('Wäschekammer', floor1, 2, {
      mac: '01FFEE00118C04',
      model: 'cylinder',
      state: 'attached',
      rssi: -71,
    }),
    floor2,
    lock('Zimmer 201', floor2, 0, { mac: '01FFEE00112261', rssi: -60, ...tested }),
    lock('Zimmer 207 „Zugspitze“', floor2, 1, {
      mac: '01FFEE0011227F',
      door: 'Zimmer 207 „Zugspitze“, Verbindungstür zum Salon',
      floor: '2. OG',
      state: 'attached',
      rssi: -61,
      checks: passed(3),
    }),
    lock('Zimmer 208', floor2, 2, { mac: '01FFEE0011A4C7', state: 'attached', rssi: -68 }),
    lock('Zimmer 209', floor2, 3, {}),
    spa,
    lock('Sauna-Vorraum Damen', spa, 0, {
      mac: '01FFEE00117710',
      model: 'wall_reader',
      rssi: -69,
      ...tested,
    }),
    lock('Lieferanteneingang Spa', spa, 1, {
      mac: '01FFEE001177D2',
      model: 'wall_reader',
      state: 'attached',
      rssi: -86,
    }),
    second,
    ...Array.from({ length: 16 }, (_, index) =>
      lock(`Büro ${index + 1}`, second, index, index < 3 ? { mac: `01FFEE00118${index}19` } : {}),
    ),
  ];
}

export const fakeStages = (
  doneUpTo: number,
  state: Stage['state'] = 'waiting',
  skipped: readonly number[] = [],
): Stage[] =>
  outboxStages.map((stage, index) => ({
    stage,
    state: skipped.includes(index)
      ? 'not_needed'
      : index < doneUpTo
        ? 'done'
        : index === doneUpTo
          ? state
          : 'waiting',
    done: index < doneUpTo ? 1 : stage === 'locks' ? 21 : 0,
    total: stage === 'locks' ? 33 : 1,
  }));

/** The site that is drawn: Hotel Zur Alten Post. */
export function fakeSite(row: SiteRow, devices: Device[] = fakeDevices()): Site {
  const hubs = devices.filter((each) => each.kind === 'iq');
  return {
    id: row.id,
    name: row.name,
    businessType: 'hotel',
    country: 'DE',
    timeZone: 'Europe/Berlin',
    address: { street: 'Ludwigstraße 19', postcode: '82467', city: row.city },
    owner: { fullName: row.ownerName, email: row.ownerEmail, emailRepeated: row.ownerEmail, language: 'de' },
    tenant: 'Visser Sluitsystemen',
    voucher: '',
    notes: '',
    siteUid: row.siteUid,
    state: row.state,
    attention: row.attention,
    invitation: row.invitation,
    devices,
    doors: row.doors,
    findings: [
      {
        code: 'DOOR_UNTESTED',
        params: { device: 'Zimmer 207 „Zugspitze“' },
        severity: 'blocker',
        step: 'doors',
        ...idOf(devices, 'Zimmer 207 „Zugspitze“'),
      },
      {
        code: 'IQ_NOT_PAIRED',
        params: { device: 'Verteiler EG' },
        severity: 'blocker',
        step: 'hardware',
        ...idOf(devices, 'Verteiler EG'),
      },
      { code: 'VOUCHER_MISSING', params: {}, severity: 'warning', step: 'customer' },
      {
        code: 'SIGNAL_WEAK',
        params: { device: 'Lieferanteneingang Spa', rssi: -86 },
        severity: 'warning',
        step: 'doors',
        ...idOf(devices, 'Lieferanteneingang Spa'),
      },
    ],
    passedRules: (
      [
        'IQ_LOCKS_MAX',
        'CODE_DUPLICATE',
        'TIME_ZONE_COUNTRY',
        'OWNER_EMAIL_MISMATCH',
        'NAME_DUPLICATE',
        'REPEATER_DEPTH',
      ] as const
    ).map((code) => ({ code, params: {} })),
    steps: [
      { step: 'customer', state: 'warning', done: 7, total: 8 },
      { step: 'hardware', state: 'open', done: 3, total: 5 },
      { step: 'network', state: 'open', done: 0, total: hubs.length },
      { step: 'doors', state: 'open', done: row.doors.tested, total: row.doors.planned },
      { step: 'handover', state: 'blocker', done: 0, total: 1 },
    ],
    stages: fakeStages(1),
    nextStep: row.nextStep,
    finishedAt: null,
    finishedBy: null,
    releasedAt: null,
    savedAt: ago(MINUTE_MS),
  };
}

function idOf(devices: readonly Device[], name: string): { deviceId: string } | Record<never, never> {
  const found = devices.find((each) => each.name === name);
  return found === undefined ? {} : { deviceId: found.id };
}

function found(part: Partial<FoundDevice> & Pick<FoundDevice, 'id' | 'kind'>): FoundDevice {
  return {
    transport: 'bluetooth',
    place: '',
    mac: null,
    model: null,
    serial: null,
    state: 'factory',
    rssi: null,
    firstSeenAt: ago(HOUR_MS),
    lastSeenAt: ahead(HOUR_MS),
    problem: null,
    connected: false,
    planned: null,
    ...part,
  };
}

/** What is heard and plugged in beside the drawn site. */
export function fakeDiscovery(site: Site): Discovery {
  const planned = (mac: string) => {
    const own = site.devices.find((each) => each.mac === mac);
    return own === undefined
      ? null
      : { siteId: site.id, siteName: site.name, deviceId: own.id, deviceName: own.name };
  };
  return {
    bluetooth: 'on',
    devices: [
      found({
        id: 'usb:COM7',
        transport: 'usb',
        place: 'COM7',
        kind: 'iq',
        mac: '4F.A1.09',
        model: 'IQ2',
        state: 'commissioned',
        connected: true,
        planned: planned('4F.A1.09'),
      }),
      found({
        id: 'usb:/dev/ttyUSB3',
        transport: 'usb',
        place: '/dev/ttyUSB3',
        kind: 'unknown',
        problem: { code: 'serial.port_busy', params: { path: '/dev/ttyUSB3' } },
      }),
      found({ id: 'ble:1', kind: 'lock', mac: '01FFEE0011B001', model: 'escutcheon', rssi: -41 }),
      found({
        id: 'ble:2',
        kind: 'iq',
        mac: '4F.A1.3C',
        model: 'IQ2',
        rssi: -51,
        state: 'pairing_open',
        planned: planned('4F.A1.3C'),
      }),
      found({
        id: 'ble:3',
        kind: 'lock',
        mac: '01FFEE0011227F',
        model: 'escutcheon',
        rssi: -63,
        planned: planned('01FFEE0011227F'),
      }),
      found({ id: 'ble:4', kind: 'lock', mac: '01FFEE00118C19', model: 'cylinder', rssi: -74 }),
      found({
        id: 'ble:5',
        kind: 'lock',
        mac: '01FFEE0023B0E5',
        model: 'cylinder',
        rssi: -91,
        lastSeenAt: ago(14_000),
        planned: {
          siteId: fakeId(2),
          siteName: 'Gemeentehuis Súdwest-Fryslân',
          deviceId: fakeId(3),
          deviceName: 'Archiefkelder',
        },
      }),
    ],
  };
}

/** Work that waits for the maintenance card. */
export function fakeAttach(site: Site): Work {
  const own = site.devices.find((each) => each.mac === '01FFEE0011227F');
  return {
    id: fakeId(9001),
    kind: 'attach',
    siteId: site.id,
    deviceIds: own === undefined ? [] : [own.id],
    state: 'running',
    steps: [
      { id: 'tree', state: 'done' },
      { id: 'lock', state: 'done' },
      { id: 'join', state: 'running' },
      { id: 'test', state: 'waiting' },
      { id: 'commit', state: 'waiting' },
    ],
    fraction: null,
    needs: 'present_card',
    since: ago(12_000),
    failsafeEndsAt: ahead(108_000),
    question: null,
    problem: null,
  };
}

/** A door test that asks for the handle. */
export function fakeTest(site: Site): Work {
  return {
    ...fakeAttach(site),
    kind: 'test_door',
    steps: doorChecks.map((id, index) => ({
      id,
      state: index < 3 ? 'done' : index === 3 ? 'running' : 'waiting',
    })),
    needs: null,
    failsafeEndsAt: null,
    question: 'handle',
  };
}

const history: Outbox['sites'][number]['history'] = [
  {
    at: ago(2 * HOUR_MS),
    stage: 'invitation',
    outcome: 'needs_person',
    problem: { code: 'OWNER_EMAIL_FORMAT', params: { email: 'leitung@kita-regenbogen.example' } },
  },
  { at: ago(30 * HOUR_MS), stage: 'trees', outcome: 'done', problem: null },
  {
    at: ago(30 * HOUR_MS + MINUTE_MS),
    stage: 'locks',
    outcome: 'retry',
    problem: { code: 'cloud.offline', params: {} },
  },
  { at: ago(31 * HOUR_MS), stage: 'hubs', outcome: 'done', problem: null },
];

function fakeOutbox(rows: readonly SiteRow[]): Outbox {
  const site = (
    index: number,
    part: Partial<Outbox['sites'][number]> & Pick<Outbox['sites'][number], 'group' | 'stages'>,
  ) => {
    const row = rows[index];
    return {
      siteId: row?.id ?? fakeId(index + 1),
      siteName: row?.name ?? '',
      problem: null,
      nextTryAt: null,
      history: [],
      ...part,
    };
  };
  return {
    unsent: 27,
    sentToday: 138,
    sites: [
      site(3, {
        group: 'needs_person',
        stages: fakeStages(6, 'needs_person'),
        problem: { code: 'OWNER_EMAIL_FORMAT', params: { email: 'leitung@kita-regenbogen.example' } },
        history,
      }),
      site(5, {
        group: 'needs_person',
        stages: fakeStages(1, 'needs_person'),
        problem: { code: 'VOUCHER_EXPIRED', params: { voucher: 'ABC' } },
      }),
      site(1, { group: 'running', stages: fakeStages(3, 'running', [1]) }),
      site(2, {
        group: 'resting',
        stages: fakeStages(2, 'resting'),
        problem: { code: 'cloud.offline', params: {} },
        nextTryAt: ahead(38_000),
      }),
      site(0, { group: 'waiting', stages: fakeStages(2) }),
      site(8, { group: 'waiting', stages: fakeStages(0, 'waiting', [1, 2, 3, 4, 5, 6, 7]) }),
      site(9, { group: 'sent', stages: fakeStages(8) }),
    ],
  };
}

/** The world of the pictures. `rows` sites, the first of them in full. */
export function fakeWorld(rows = 412): FakeWorld {
  const all = fakeRows(rows);
  const sites = new Map(
    all.slice(0, 11).map((row, index) => [row.id, index === 0 ? fakeSite(row) : fakeSite(row, [])]),
  );
  const [first] = all;
  const drawn = first === undefined ? undefined : sites.get(first.id);
  return {
    app: {
      version: '0.1.0',
      mode: 'practice',
      person: {
        fullName: 'Marek Visser',
        email: 'm.visser@sluitsystemen.example',
        company: 'Visser Sluitsystemen',
      },
      cloud: {
        state: 'offline',
        since: ago(4 * HOUR_MS),
        lastAnswerAt: ago(4 * HOUR_MS),
        clockOffsetMs: -3 * MINUTE_MS,
        signInUrl: null,
      },
      unsent: rows === 0 ? 0 : 27,
      needsPerson: rows === 0 ? 0 : 2,
      bluetooth: 'on',
      heard: rows === 0 ? 0 : 5,
      cables: rows === 0 ? [] : ['COM7'],
      tenants: ['Visser Sluitsystemen'],
      businessTypes: ['hotel', 'office', 'care_home', 'school'],
    },
    rows: all,
    sites,
    discovery: drawn === undefined ? { bluetooth: 'absent', devices: [] } : fakeDiscovery(drawn),
    work: null,
    outbox: rows === 0 ? { sites: [], unsent: 0, sentToday: 0 } : fakeOutbox(all),
    practice: {
      cloudUrl: 'http://127.0.0.1:40100/',
      mailboxUrl: 'http://127.0.0.1:40100/mailbox',
      cloudReachable: true,
      devices: [
        { mac: '4F.A1.09', kind: 'iq', model: 'IQ2', activationCode: '7C.0B.E8', powered: true },
        {
          mac: '01FFEE0011227F',
          kind: 'lock',
          model: 'escutcheon',
          activationCode: '01FFEE0011227F',
          powered: true,
        },
        {
          mac: '01FFEE00118C04',
          kind: 'lock',
          model: 'cylinder',
          activationCode: '01FFEE00118C04',
          powered: true,
        },
      ],
    },
  };
}
