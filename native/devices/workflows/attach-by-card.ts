import { CodedError } from '../../../electron/contract/errors.ts';
import type { Step } from '../workflow.ts';
import {
  attachmentOf,
  type ChildWork,
  isSettled,
  tellAttached,
  typeOf,
  waitUntilAttached,
  writeTree,
} from './child.ts';

const WRITE_LIMIT_MS = 30_000;
/** The way from the hub to the door, stairs included; the hub is armed again as long as somebody may come. */
export const CARD_LIMIT_MS = 10 * 60_000;
const CARD_STEP_LIMIT_MS = CARD_LIMIT_MS + 60_000;

/**
 * The way for a lock whose radio the laptop cannot reach: tree and attach on the hub, then the person
 * presents the maintenance card at the lock in its place, and the hub commits once it has heard it (A37,
 * A38). There is no ticket.
 */
export function cardSteps(child: ChildWork): readonly Step<unknown>[] {
  const { hub, plan } = child;
  const check: Step<unknown>['check'] = (_, tools) => isSettled(child, tools);
  return [
    {
      step: 'tree',
      device: plan.id,
      timeoutMs: WRITE_LIMIT_MS,
      rearms: true,
      check,
      run: (_, tools) => writeTree(child, tools),
    },
    {
      step: 'card',
      device: plan.id,
      timeoutMs: CARD_STEP_LIMIT_MS,
      rearms: true,
      check,
      run: async (_, tools) => {
        const before = await attachmentOf(hub, plan.id, tools.signal);
        if (before?.state === 'detached') {
          await hub.attach({ id: plan.id, type: typeOf(plan) }, { signal: tools.signal });
        }
        tools.needs('present_card');
        if (await waitUntilAttached(child, CARD_LIMIT_MS, tools)) return tools.needs(undefined);
        const minutes = Math.round(CARD_LIMIT_MS / 60_000);
        throw new CodedError('commission.card_not_presented', { device: plan.id, minutes });
      },
    },
    {
      step: 'confirm',
      device: plan.id,
      timeoutMs: WRITE_LIMIT_MS,
      rearms: true,
      settles: true,
      check,
      run: async (_, tools) => {
        await tools.failsafe(hub).commit(tools.signal);
        child.settled = true;
        tellAttached(child, await attachmentOf(hub, plan.id, tools.signal).catch(() => undefined));
      },
    },
  ];
}
