import { randomBytes } from 'node:crypto';
import type { DeviceRecord, SiteRecord } from '../../../db/types.ts';
import { systemClock } from '../../../native/transport/index.ts';
import type { Environment } from '../../../native/virtual/index.ts';
import { asCodedError, CodedError, type Network, type Problem } from '../../contract/index.ts';
import { type Core, openCore } from '../core.ts';
import { untilStill } from '../drain.ts';
import type { HostPorts } from '../ports.ts';
import { startPerson } from './person.ts';

/** What a rehearsal found, besides its counts. */
export interface RehearsalProblem extends Problem {
  /** The row of the register, counted as a spreadsheet does. */
  readonly row?: number;
  readonly site?: string;
}

/** How a rehearsal ended. */
export interface RehearsalResult {
  readonly sites: number;
  readonly released: number;
  /** Mails that the practice cloud's mail server took. */
  readonly invitations: number;
  readonly doors: number;
  readonly attached: number;
  readonly tested: number;
  /** Intents for the cloud that never went out. */
  readonly unsent: number;
  readonly problems: readonly RehearsalProblem[];
}

export interface RehearsalOptions {
  readonly fileName: string;
  readonly register: Uint8Array;
  readonly ports: HostPorts;
  /** Told after each hub, door and site. */
  readonly onProgress: (progress: {
    readonly done: number;
    readonly total: number;
    readonly site: string;
  }) => void;
}

/** Virtual locks move their motors this much faster than real ones; a failsafe still outlasts every step. */
const haste = 8;
/** Everything is on this laptop: an outbox that has not moved for so long will not. */
const stillLimitMs = 60_000;
const mailLimitMs = 10_000;
const pollMs = 100;
/** An open network that stands in the practice surroundings. */
const practiceWifi = { ssid: 'Guests', sec: 'open' } as const;

/**
 * Plays a register through, from import to release, against virtual hardware and the practice cloud, in the data
 * folder of `ports`. Answers what happened; throws only for a register that cannot be read at all (`register.*`).
 */
export async function rehearse({
  fileName,
  register,
  ports,
  onProgress,
}: RehearsalOptions): Promise<RehearsalResult> {
  const environment: Environment = {
    clock: hastyClock(),
    randomBytes: (count) => new Uint8Array(randomBytes(count)),
  };
  const core = await openCore(ports, {
    mode: 'practice',
    dataDir: ports.dataDir,
    use: 'app',
    unset: false,
    environment,
  });
  try {
    await core.signIn();
    const preview = await core.register.preview(fileName, register);
    const problems: RehearsalProblem[] = preview.problems
      .filter((problem) => problem.severity === 'blocker')
      .map(({ code, params, row, site }) => ({
        code,
        params,
        ...(row === null ? {} : { row }),
        ...(site === null ? {} : { site }),
      }));
    if (problems.length > 0) return resultOf(core, preview.sites.length, problems);
    const rowOf = core.register.rowsOf(preview.previewId);
    core.register.accept(preview.previewId);
    const person = startPerson(core);
    try {
      await playAll(core, onProgress, (site, problem) => {
        const row = rowOf.get(site.name);
        problems.push({ ...problem, site: site.name, ...(row === undefined ? {} : { row }) });
      });
    } finally {
      person.leave();
    }
    await untilSent(core);
    for (const site of core.store.sites.all()) {
      if (site.attention !== null)
        problems.push({ ...site.attention, site: site.name, row: rowOf.get(site.name) ?? 1 });
    }
    return resultOf(core, preview.sites.length, problems);
  } finally {
    await core.close();
  }
}

/** A clock whose waits are shorter; what it tells of the day stays true. */
function hastyClock(): Environment['clock'] {
  return {
    now: systemClock.now,
    ticks: () => systemClock.ticks() * haste,
    setTimer: (run, afterMs) => {
      const timer = setTimeout(run, afterMs / haste);
      timer.unref();
      return () => clearTimeout(timer);
    },
  };
}

async function playAll(
  core: Core,
  onProgress: RehearsalOptions['onProgress'],
  onProblem: (site: SiteRecord, problem: Problem) => void,
): Promise<void> {
  const devices = core.store.devices.all();
  const sites = core.store.sites.all();
  const total = devices.filter((device) => device.kind !== 'repeater').length + sites.length;
  let done = 0;
  for (const site of sites) {
    const tick = () => {
      done += 1;
      onProgress({ done, total, site: site.name });
    };
    try {
      await playSite(core, site, tick);
    } catch (caught) {
      const error = asCodedError(caught);
      if (error.code === 'app.internal') throw caught;
      for (const problem of problemsOf(core, site, error)) onProblem(site, problem);
    }
    tick();
  }
}

/** A site that is not ready is told with each of its blockers. */
function problemsOf(core: Core, site: SiteRecord, error: CodedError): Problem[] {
  if (error.code !== 'site.not_ready') return [error.problem];
  return core.siteList
    .one(site.id)
    .findings.filter((found) => found.severity === 'blocker')
    .map(({ code, params }) => ({ code, params }));
}

async function playSite(core: Core, site: SiteRecord, tick: () => void): Promise<void> {
  const world = core.practiceWorld();
  world.visit(site.id);
  await bindAll(core, site);
  const devices = core.store.devices.ofSite(site.id);
  for (const hub of devices.filter((device) => device.kind === 'iq')) {
    const find = await seen(core, hub.mac ?? '');
    const label = world.view().devices.find((device) => device.mac === hub.mac)?.activationCode ?? '';
    await core.commissioning.pairHub(hub.id, find, label);
    await core.commissioning.configureNetwork(hub.id, networkFor(hub));
    tick();
  }
  const members = devices.filter((device) => device.kind !== 'iq');
  if (members.length > 0)
    await core.commissioning.attach(
      site.id,
      members.map((device) => device.id),
    );
  for (const lock of members.filter((device) => device.kind === 'lock')) {
    await core.commissioning.testDoor(lock.id);
    tick();
  }
  core.finish(site.id);
}

/** Puts a virtual device on every place that has none. */
async function bindAll(core: Core, site: SiteRecord): Promise<void> {
  const world = core.practiceWorld();
  for (const place of core.store.devices.ofSite(site.id).filter((device) => device.mac === null)) {
    const planned = new Set(core.store.devices.ofSite(site.id).map((device) => device.mac));
    const spare = world.view().devices.find(({ mac, kind }) => kind === place.kind && !planned.has(mac));
    if (spare === undefined) throw new CodedError('work.device_not_found', { device: place.name });
    core.sites.bind(place.id, spare);
  }
}

/** The find with this MAC, once the laptop sees it. */
async function seen(core: Core, mac: string): Promise<string> {
  const endsAt = performance.now() + stillLimitMs;
  for (;;) {
    const find = core.discovery.byMac(mac);
    if (find !== undefined) return find.id;
    if (performance.now() > endsAt) throw new CodedError('work.device_not_found', { device: mac });
    await rest();
  }
}

/** What practice hubs find around them: a cable, or the Wi-Fi of the practice surroundings. */
function networkFor(hub: DeviceRecord): Network {
  if (hub.model !== 'IQ3 Mini') return { eth: { dhcp: true }, wifi: null, cell: null, order: ['eth'] };
  return { eth: null, wifi: practiceWifi, cell: null, order: ['wifi'] };
}

/** Waits until the outbox is empty or only a person could go on, and the mails have gone. */
async function untilSent({ store, smtpDeliveries }: Core): Promise<void> {
  await untilStill(store, stillLimitMs);
  const invited = store.sites.all().filter((site) => site.invitationId !== null).length;
  const endsAt = performance.now() + mailLimitMs;
  while ((smtpDeliveries() ?? 0) < invited && performance.now() < endsAt) await rest();
}

function rest(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, pollMs));
}

function resultOf(core: Core, sites: number, problems: readonly RehearsalProblem[]): RehearsalResult {
  const { store } = core;
  const locks = store.devices.all().filter((device) => device.kind === 'lock');
  return {
    sites,
    released: store.sites.all().filter((site) => site.state === 'released').length,
    invitations: core.smtpDeliveries() ?? 0,
    doors: locks.length,
    attached: locks.filter((lock) => lock.state === 'attached' || lock.state === 'tested').length,
    tested: locks.filter((lock) => lock.state === 'tested').length,
    unsent: store.outbox.counts().unsent,
    problems,
  };
}
