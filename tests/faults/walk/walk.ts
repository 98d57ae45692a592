import { rmSync } from 'node:fs';
import type { VirtualDevice } from '../../../native/virtual/index.ts';
import type { Moment, Way } from './faulty-way.ts';
import type { Job } from './jobs.ts';
import { judgeDevices, judgeEnd, startOf, type Undisturbed, writesOf } from './judge.ts';
import type { Laptop } from './laptop.ts';
import { nameOf, type Template, WalkedSite } from './site.ts';

/** What may happen at a boundary. */
export const FAULTS = ['link lost', 'host killed', 'restarted', 'silent'] as const;
export type FaultName = (typeof FAULTS)[number];

/** A place in the work: one packet of one exchange with one device, in one step. */
export interface Boundary {
  readonly key: string;
  /** What the packet did, where it was a write that took effect. */
  readonly wrote: string;
}

/** An undisturbed run, and where it may be disturbed. */
export interface Recording extends Undisturbed {
  readonly boundaries: readonly Boundary[];
  /** Goes to one boundary, lets the fault happen there, and judges; gives what did not hold. */
  walk(boundary: Boundary, fault: FaultName): Promise<string | undefined>;
  close(): void;
}

/**
 * Does the job once, and lists the boundaries on the way: every request before it reaches its device,
 * and every write after it took effect, before its answer is heard. What only reads leaves the device the same.
 */
export async function record(job: Job, way: Way): Promise<Recording> {
  const template = job.after && (await done(job.after, way));
  const site = await WalkedSite.open(way, template);
  const boundaries: Boundary[] = [];
  const hubStates = new Set([site.facts().hub]);
  const counter = new Counter();
  const before = new Map<VirtualDevice, Readonly<Record<string, number>>>();
  site.ways.tap = (device, moment) => {
    const key = counter.keyOf(site.laptop, device, moment);
    if (key === undefined) return true;
    if (moment === 'sent') before.set(device, { ...device.writes });
    const wrote = newWrites(before.get(device) ?? {}, device.writes);
    if (moment === 'sent' || wrote !== '') boundaries.push({ key, wrote });
    hubStates.add(site.facts().hub);
    return true;
  };
  await runWell(site, job);
  const end = site.facts();
  hubStates.add(end.hub);
  const undisturbed = { hubStates, end, writes: writesOf(site) };
  await site.close();
  return {
    ...undisturbed,
    boundaries,
    walk: async (boundary, fault) =>
      disturb(await WalkedSite.open(way, template), job, boundary, fault, undisturbed),
    close: () => template && rmSync(template.dataDir, { recursive: true, force: true }),
  };
}

/** A site where a job was done. */
async function done(job: Job, way: Way): Promise<Template> {
  const site = await WalkedSite.open(way);
  await runWell(site, job);
  return site.leave();
}

async function runWell(site: WalkedSite, job: Job): Promise<void> {
  await site.run(job);
  if (site.laptop.told.length > 0) throw new Error(`undisturbed, and yet: ${site.laptop.told.join()}`);
}

async function disturb(
  site: WalkedSite,
  job: Job,
  boundary: Boundary,
  fault: FaultName,
  undisturbed: Undisturbed,
): Promise<string | undefined> {
  try {
    const counter = new Counter();
    let hit = false;
    site.ways.tap = (device, moment) => {
      if (hit || counter.keyOf(site.laptop, device, moment) !== boundary.key) return true;
      hit = true;
      strike(fault, site, device, moment);
      return false;
    };
    const died = await site.run(job);
    if (!hit) return 'the work never came there';
    if (died) await site.reopen();
    site.ways.hear();
    for (const device of site.site.devices) device.faults.clear('silence');
    await site.passFailsafe();
    const broken = judgeDevices(site, undisturbed);
    if (broken !== undefined) return broken;
    site.laptop.told.length = 0;
    const start = startOf(site);
    await site.run(job);
    return judgeEnd(site, start, undisturbed);
  } catch (caught) {
    return `broke: ${caught instanceof Error ? caught.stack : String(caught)}`;
  } finally {
    await site.close();
  }
}

/** The packet in hand is lost with it, whatever happens. */
function strike(fault: FaultName, site: WalkedSite, device: VirtualDevice, moment: Moment): void {
  if (fault === 'link lost') site.ways.cut(device);
  else if (fault === 'host killed') site.laptop.die();
  else if (fault === 'restarted') device.restart();
  else if (moment === 'sent') site.ways.deafen(device);
  // It goes on doing what it is asked, and says nothing more.
  else device.faults.set({ kind: 'silence', afterAnswers: 0 });
}

/** Numbers the packets of each device in each step, so that two runs of the same work have the same keys. */
class Counter {
  readonly #counts = new Map<string, number>();

  /** Undefined for what belongs to no work, as a sign of life. */
  keyOf(laptop: Laptop, device: VirtualDevice, moment: Moment): string | undefined {
    const { work } = laptop;
    if (work === null) return undefined;
    const subject = laptop.store.devices.get(work.deviceIds[0] ?? '')?.mac ?? '';
    const step =
      work.steps.find(({ state }) => state === 'running') ??
      work.steps.find(({ state }) => state === 'waiting');
    const place = `${work.kind} ${nameOf(subject)}, ${step?.id ?? 'begin'}: ${nameOf(device.description.mac)}`;
    const count = (this.#counts.get(`${place} ${moment}`) ?? 0) + 1;
    this.#counts.set(`${place} ${moment}`, count);
    return `${place} ${count} ${moment}`;
  }
}

function newWrites(before: Readonly<Record<string, number>>, now: Readonly<Record<string, number>>): string {
  return Object.keys(now)
    .filter((command) => now[command] !== before[command])
    .join();
}
