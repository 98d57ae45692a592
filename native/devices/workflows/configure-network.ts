import { CodedError } from '../../../electron/contract/errors.ts';
import type { Clock } from '../../smp/index.ts';
import type { Network, NetworkToWrite, Reach } from '../commands/index.ts';
import type { Device } from '../device.ts';
import type { Journal } from '../journal.ts';
import { type Progress, runWorkflow, type Step, type StepTools } from '../workflow.ts';

/** What configuring a hub's network needs. */
export interface ConfigureNetworkOptions {
  readonly id: string;
  /** A paired hub. */
  readonly hub: Device;
  /** What is absent stays, null removes (A40). */
  readonly network: NetworkToWrite;
  /** Whether the network is kept only if the hub then gets through to the cloud. */
  readonly prove: boolean;
  /** Told each measurement as it is made. */
  readonly onReach?: ((reach: Reach) => void) | undefined;
  readonly journal: Journal;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

interface Context {
  readonly options: ConfigureNetworkOptions;
  reach: Reach | undefined;
}

/** A link of the way from the hub to the cloud, in the order in which it may break. */
export type ReachLink = 'link' | 'address' | 'gateway' | 'dns' | 'cloud' | 'update' | 'time';

const WRITE_LIMIT_MS = 30_000;
/** A hub that has just been given a network may need a while for its lease: so long it is asked again. */
const PROVE_LIMIT_MS = 90_000;
/** What lies behind names that resolve needs no lease: a port that stays shut for so long is shut. */
const SETTLED_LIMIT_MS = 15_000;
/** One measurement more than the limit, for the one that is running then. */
const REACH_STEP_LIMIT_MS = PROVE_LIMIT_MS + 45_000;
const PROVE_POLL_MS = 3_000;

/**
 * Writes a hub's network under the failsafe, lets the hub measure its own way to the cloud, and keeps the
 * network; where `prove` is set only if everything on that way holds. Gives the last measurement.
 * @throws CodedError `commission.network_unproven` with the broken link, and what devices and engine give.
 */
export async function configureNetwork(options: ConfigureNetworkOptions): Promise<Reach> {
  const context: Context = { options, reach: undefined };
  const { id, journal, clock, signal, onProgress } = options;
  await runWorkflow({ id, steps: STEPS, context, journal, clock, signal, onProgress });
  return context.reach ?? options.hub.reach({ signal });
}

/** The first link of the way that does not hold, undefined where all do (A43). */
export function brokenLink(reach: Reach): ReachLink | undefined {
  if (reach.link === 'none') return 'link';
  if (reach.ip === '') return 'address';
  if (!reach.gw) return 'gateway';
  if (!reach.dns) return 'dns';
  if (reach.tcp.some(({ ok }) => !ok)) return 'cloud';
  if (!reach.update.ok) return 'update';
  return reach.time.ok ? undefined : 'time';
}

const STEPS: readonly Step<Context>[] = [
  {
    step: 'network',
    timeoutMs: WRITE_LIMIT_MS,
    rearms: false,
    run: async ({ options: { hub, network } }, tools) => {
      await tools.failsafe(hub).arm(tools.signal);
      if (hasNetwork(await hub.network({ signal: tools.signal }), network)) return;
      await hub.writeNetwork(network, { signal: tools.signal });
    },
  },
  {
    step: 'reach',
    timeoutMs: REACH_STEP_LIMIT_MS,
    rearms: true,
    run: async (context, tools) => {
      context.reach = await measure(context.options, tools);
    },
  },
  {
    step: 'confirm',
    timeoutMs: WRITE_LIMIT_MS,
    rearms: true,
    settles: true,
    run: ({ options: { hub } }, tools) => tools.failsafe(hub).commit(tools.signal),
  },
];

/** Links that do not depend on how long the hub has had its network. */
const settled: ReadonlySet<ReachLink> = new Set(['cloud', 'update', 'time']);

async function measure({ hub, prove, onReach }: ConfigureNetworkOptions, tools: StepTools): Promise<Reach> {
  const beganTicks = tools.clock.ticks();
  for (;;) {
    await tools.keepArmed();
    const reach = await hub.reach({ signal: tools.signal });
    onReach?.(reach);
    const broken = brokenLink(reach);
    if (broken === undefined || !prove) return reach;
    const limitMs = settled.has(broken) ? SETTLED_LIMIT_MS : PROVE_LIMIT_MS;
    if (tools.clock.ticks() - beganTicks >= limitMs) {
      throw new CodedError('commission.network_unproven', { broken });
    }
    await tools.sleep(PROVE_POLL_MS);
  }
}

/** Whether the hub has all that is to be written. A passphrase is never read back, so a new one is new. */
function hasNetwork(now: Network, wanted: NetworkToWrite): boolean {
  if (wanted.wifi?.psk !== undefined) return false;
  const { wifi, ...rest } = wanted;
  const sameWifi =
    wifi === undefined ||
    (wifi === null
      ? now.wifi === undefined
      : now.wifi !== undefined && now.wifi.sec === wifi.sec && sameBytes(now.wifi.ssid, wifi.ssid));
  return sameWifi && Object.entries(rest).every(([key, value]) => same(now[key as keyof typeof rest], value));
}

function same(now: unknown, wanted: unknown): boolean {
  if (wanted === undefined) return true;
  return canonical(now ?? null) === canonical(wanted);
}

/** JSON with sorted keys and without absent ones; what is compared holds plain values only. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}

function sameBytes(one: Uint8Array, other: Uint8Array): boolean {
  return Buffer.from(one).equals(other);
}
