import type { Intent } from '../../../db/types.ts';
import { type CloudAnswer, CloudFailure, type CloudPort } from '../cloud/index.ts';
import { sameEmail } from '../rules/index.ts';
import { installationId, subjectOf, type World } from './write.ts';

const kinds = { add_iq: 'iq', add_repeater: 'repeater', add_lock: 'lock' } as const;

/**
 * What a refusal says is there already, as the answer of the intent, where it is certain to be what the intent
 * wanted: the device under our code in our installation with our MAC and radio, bound to no other place; or the
 * installation's one invitation to the same address. Null where it is not: then a person decides.
 */
export async function adopted(
  caught: unknown,
  intent: Intent,
  world: World,
  cloud: CloudPort,
  signal: AbortSignal,
): Promise<CloudAnswer | null> {
  if (!(caught instanceof CloudFailure) || caught.existingId === null) return null;
  const { existingId } = caught;
  if (caught.code === 'cloud.activation_code_taken') {
    if (intent.kind !== 'add_iq' && intent.kind !== 'add_repeater' && intent.kind !== 'add_lock') return null;
    const ours = subjectOf(world, intent);
    const devices = await cloud.devices(kinds[intent.kind], installationId(world), signal);
    const there = devices.find((device) => device.id === existingId);
    const bound = world.store.devices.ofSite(world.site.id).some((device) => device.cloudId === existingId);
    const radio = there?.radio === null || ours.radio === null || there?.radio === ours.radio;
    if (there === undefined || bound || ours.mac === null || there.mac !== ours.mac || !radio) return null;
    return { kind: intent.kind, value: there };
  }
  if (caught.code === 'cloud.invitation_exists' && intent.kind === 'invite_owner') {
    const { invitation } = await cloud.installation(installationId(world), signal);
    if (invitation?.id !== existingId || !sameEmail(invitation.email, world.site.owner.email.trim()))
      return null;
    return { kind: intent.kind, value: invitation };
  }
  return null;
}
