import {
  type AppState,
  type DeviceLogEntry,
  type Discovery,
  doorChecks,
  type Firmware,
  type FoundDevice,
  type FoundWay,
  type HeardNetworks,
  type HubNetwork,
  type LastWifi,
  type Measure,
  type Outbox,
  type Practice,
  type Site,
  type SiteRow,
  type Work,
} from '../../electron/contract/model.ts';
import { fakeFirmware } from './fake-firmware.ts';
import { fakeHeard, fakeHubNetwork, fakeLastWifi, fakeLog, fakeMeasure } from './fake-network.ts';
import { fakeRows } from './fake-rows.ts';
import { fakeSite, fakeStages } from './fake-site.ts';
import { ago, ahead, fakeId, HOUR_MS, MINUTE_MS } from './fake-times.ts';

export { fakeId, fakeRows };

/** What the fake host shows: everything that the contract can watch. */
export interface FakeWorld {
  app: AppState;
  rows: SiteRow[];
  sites: Map<string, Site>;
  discovery: Discovery;
  work: Work | null;
  outbox: Outbox;
  practice: Practice | null;
  heard: HeardNetworks;
  hubNetwork: HubNetwork;
  lastWifi: LastWifi | null;
  firmware: Firmware;
  log: DeviceLogEntry[];
  measure: Measure;
  /** Whether a person said that the laptop's clock is right. */
  clockTrusted: boolean;
}

/** A find with one way, unless `part` names more. */
export function found(part: Partial<FoundDevice> & Pick<FoundDevice, 'id' | 'kind'>): FoundDevice {
  const find = {
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
  } satisfies Omit<FoundDevice, 'ways'>;
  const { transport, place, rssi, lastSeenAt, problem } = find;
  return { ways: [{ transport, place, rssi, lastSeenAt, problem }], ...find };
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
    bluetoothProblem: null,
    ports: [
      { path: 'COM7', known: true, addedByPath: false, name: 'Zephyr Project' },
      { path: '/dev/ttyUSB3', known: false, addedByPath: true, name: 'FTDI' },
      { path: '/dev/ttyS0', known: false, addedByPath: false, name: null },
    ],
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
        problem: {
          code: 'serial.port_busy',
          params: { path: '/dev/ttyUSB3', system: 'linux', holder: 'minicom', grabber: 'none' },
        },
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

/** Finds by two ways: cable and radio, a cable that was pulled, and one that another program holds. */
export function fakeTwoWays(): FoundDevice[] {
  const lastSeenAt = ahead(HOUR_MS);
  const air = (rssi: number): FoundWay => ({
    transport: 'bluetooth',
    place: '',
    rssi,
    lastSeenAt,
    problem: null,
  });
  const cable = (place: string, problem: FoundWay['problem']): FoundWay => ({
    transport: 'usb',
    place,
    rssi: null,
    lastSeenAt,
    problem,
  });
  const hub = (mac: string, ways: [FoundWay, FoundWay]) =>
    found({
      id: `iq:${mac}`,
      kind: 'iq',
      mac,
      model: 'IQ3',
      transport: ways[0].transport,
      place: ways[0].place,
      rssi: -58,
      ways,
    });
  return [
    hub('4F.A1.71', [cable('/dev/ttyACM0', null), air(-58)]),
    hub('4F.A1.72', [
      air(-58),
      cable('/dev/ttyACM1', { code: 'serial.port_gone', params: { path: '/dev/ttyACM1' } }),
    ]),
    hub('4F.A1.73', [
      air(-74),
      cable('/dev/ttyACM2', {
        code: 'serial.port_busy',
        params: { path: '/dev/ttyACM2', system: 'linux', holder: 'none', grabber: 'ModemManager' },
      }),
    ]),
    found({
      id: 'usb:/dev/ttyACM3',
      kind: 'unknown',
      transport: 'usb',
      place: '/dev/ttyACM3',
      problem: {
        code: 'serial.permission_denied',
        params: { path: '/dev/ttyACM3', system: 'linux', group: 'dialout' },
      },
    }),
  ];
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
      { id: 'card', state: 'running' },
      { id: 'confirm', state: 'waiting' },
    ],
    fraction: null,
    needs: 'present_card',
    startedAt: ago(38_000),
    since: ago(12_000),
    failsafeEndsAt: ahead(108_000),
    question: null,
    results: [],
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
      unsaved: null,
      recovery: null,
      bluetooth: 'on',
      heard: rows === 0 ? 0 : 5,
      cables: rows === 0 ? [] : ['COM7'],
      tenants: ['Visser Sluitsystemen'],
      businessTypes: ['hotel', 'office', 'care_home', 'school'],
    },
    rows: all,
    sites,
    discovery:
      drawn === undefined
        ? {
            bluetooth: 'absent',
            bluetoothProblem: { code: 'ble.adapter_absent', params: { system: 'windows' } },
            devices: [],
            ports: [],
          }
        : fakeDiscovery(drawn),
    work: null,
    heard: fakeHeard(),
    hubNetwork: fakeHubNetwork(),
    lastWifi: fakeLastWifi(),
    firmware: fakeFirmware(),
    log: fakeLog(),
    measure: fakeMeasure(),
    clockTrusted: true,
    outbox: rows === 0 ? { sites: [], unsent: 0, sentToday: 0 } : fakeOutbox(all),
    practice: {
      cloudUrl: 'http://127.0.0.1:40100/',
      mailboxUrl: 'http://127.0.0.1:40100/mailbox',
      cloudReachable: true,
      surroundings: { cable: true, internet: true },
      devices: [
        { mac: '4F.A1.09', kind: 'iq', model: 'IQ2', activationCode: '7C.0B.E8', ...wellNear },
        {
          mac: '01FFEE0011227F',
          kind: 'lock',
          model: 'escutcheon',
          activationCode: '01FFEE0011227F',
          ...wellNear,
        },
        {
          mac: '01FFEE00118C04',
          kind: 'lock',
          model: 'cylinder',
          activationCode: '01FFEE00118C04',
          ...wellNear,
        },
      ],
    },
  };
}

/** A virtual device in practice mode that nothing is wrong with. */
const wellNear = { powered: true, led: 'steady_white', faults: [], metres: 3, rssi: -53 };
