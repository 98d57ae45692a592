import { CodedError } from '../contract/index.ts';
import { untilStill } from '../host/drain.ts';
import { type CommandOptions, withCore } from './open.ts';
import { exitCodes, print } from './output.ts';

/** An outbox that has not moved for so long rests: the app, or the next call, goes on with it. */
const stillLimitMs = 30_000;

/** `doorstep sync`: sends what waits; signs in first where nobody is. */
export function syncCommand(options: CommandOptions): Promise<number> {
  return withCore(options, 'sync', async (core) => {
    const before = core.store.outbox.counts().unsent;
    const { state } = core.appState().cloud;
    if (state === 'not_configured') throw new CodedError('account.cloud_not_configured');
    if (core.appState().person === null || state === 'signed_out') await core.signIn();
    core.syncNow();
    await untilStill(core.store, stillLimitMs);
    const { unsent, needsPerson } = core.store.outbox.counts();
    const cloud = core.appState().cloud.state;
    print(options.json, { sent: before - unsent, unsent, needsPerson, cloud }, [
      `${before - unsent} sent, ${unsent} unsent, ${needsPerson} need a person. The cloud is ${cloud.replace('_', ' ')}.`,
    ]);
    return unsent === 0 ? exitCodes.done : exitCodes.needsPerson;
  });
}
