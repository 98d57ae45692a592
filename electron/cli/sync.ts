import { CodedError } from '../contract/index.ts';
import type { Core } from '../host/core.ts';
import { type CommandOptions, withCore } from './open.ts';
import { exitCodes, print } from './output.ts';

/** An outbox that has not moved for so long rests: the app, or the next call, goes on with it. */
const stillLimitMs = 30_000;
const pollMs = 100;

/** `doorstep sync`: sends what waits; signs in first where nobody is. */
export function syncCommand(options: CommandOptions): Promise<number> {
  return withCore(options, 'sync', async (core) => {
    const before = core.store.outbox.counts().unsent;
    const { state } = core.appState().cloud;
    if (state === 'not_configured') throw new CodedError('account.cloud_not_configured');
    if (core.appState().person === null || state === 'signed_out') await core.signIn();
    core.syncNow();
    await untilStill(core);
    const { unsent, needsPerson } = core.store.outbox.counts();
    const cloud = core.appState().cloud.state;
    print(options.json, { sent: before - unsent, unsent, needsPerson, cloud }, [
      `${before - unsent} sent, ${unsent} unsent, ${needsPerson} need a person. The cloud is ${cloud.replace('_', ' ')}.`,
    ]);
    return unsent === 0 ? exitCodes.done : exitCodes.needsPerson;
  });
}

/** Waits until nothing is unsent, only a person could go on, or nothing has moved for a while. */
export async function untilStill({ store }: Core): Promise<void> {
  let last = -1;
  let movedAt = performance.now();
  for (;;) {
    const { unsent } = store.outbox.counts();
    const stuck = store.outbox
      .openSites()
      .every((id) => store.outbox.ofSite(id).some((intent) => intent.state === 'needs_person'));
    if (unsent === 0 || stuck) return;
    if (unsent !== last) movedAt = performance.now();
    if (performance.now() - movedAt > stillLimitMs) return;
    last = unsent;
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
}
