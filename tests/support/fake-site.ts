import {
  type Device,
  doorChecks,
  outboxStages,
  type Site,
  type SiteRow,
  type Stage,
} from '../../electron/contract/model.ts';
import { ago, fakeId, MINUTE_MS } from './fake-times.ts';

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
    batteryAt: heard,
    reach: null,
    heldByHub: null,
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
    editable: 'all',
    savedAt: ago(MINUTE_MS),
  };
}

function idOf(devices: readonly Device[], name: string): { deviceId: string } | Record<never, never> {
  const found = devices.find((each) => each.name === name);
  return found === undefined ? {} : { deviceId: found.id };
}
