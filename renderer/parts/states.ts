import type {
  Device,
  DeviceState,
  Invitation,
  Site,
  SiteRow,
  SiteState,
  Stage,
} from '../../electron/contract/model.ts';
import type { TextId } from '../i18n/text.tsx';
import type { DrawingName } from './drawing.tsx';
import type { MarkName } from './mark.tsx';
import { lockModels } from './models.ts';
import { isLowBattery, isWeakSignal } from './rulers.ts';
import type { Tone } from './state.tsx';

/** How a state looks and which word it has. */
export interface Look {
  readonly tone: Tone;
  readonly mark: MarkName;
  readonly text: TextId;
}

const look = (tone: Tone, text: TextId, mark: MarkName = tone): Look => ({ tone, mark, text });

const siteLooks: Record<SiteState, Look> = {
  planned: look('planned', 'site.state.planned'),
  in_progress: look('paired', 'site.state.in_progress'),
  installed: look('attached', 'site.state.installed'),
  handing_over: look('tested', 'site.state.handing_over', 'sent'),
  released: look('tested', 'site.state.released'),
  return_visit: look('paired', 'site.state.return_visit', 'return'),
};

/** The look of a site's state. */
export const siteLook = (state: SiteState): Look => siteLooks[state];

const deviceLooks: Record<DeviceState, Look> = {
  planned: look('planned', 'device.state.planned'),
  code_captured: look('planned', 'device.state.code_captured'),
  found: look('found', 'device.state.found'),
  paired: look('paired', 'device.state.paired'),
  configured: look('paired', 'device.state.configured'),
  attach_pending: look('found', 'device.state.attach_pending', 'running'),
  attached: look('attached', 'device.state.attached'),
  tested: look('tested', 'device.state.tested'),
  faulty: look('blocker', 'device.state.faulty'),
  detach_pending: look('found', 'device.state.detach_pending', 'running'),
  detached: look('offline', 'device.state.detached'),
};

/**
 * The look of a device: its state, or `attention` when it is attached but hardly heard, its battery is low, or its hub
 * was made to forget it without its knowing.
 */
export function deviceLook(
  device: Pick<Device, 'state' | 'rssi' | 'batteryPercent'> & Partial<Pick<Device, 'heldByHub'>>,
): Look {
  if (device.state === 'detach_pending' && device.heldByHub) return look('attention', 'device.state.untold');
  const attached = device.state === 'attached' || device.state === 'tested';
  if (attached && device.rssi !== null && isWeakSignal(device.rssi)) {
    return look('attention', 'device.state.weak');
  }
  if (attached && device.batteryPercent !== null && isLowBattery(device.batteryPercent)) {
    return look('attention', 'device.state.battery');
  }
  return deviceLooks[device.state];
}

const stageLooks: Record<Stage['state'], Look> = {
  done: look('tested', 'stage.state.done'),
  running: look('found', 'stage.state.running', 'running'),
  resting: look('offline', 'stage.state.resting', 'resting'),
  waiting: look('planned', 'stage.state.waiting'),
  needs_person: look('attention', 'stage.state.needs_person'),
  not_needed: look('planned', 'stage.state.not_needed', 'skipped'),
};

/** The look of a stage on the way over the sill. */
export const stageLook = (state: Stage['state']): Look => stageLooks[state];

const stepLooks: Record<Site['steps'][number]['state'], Look> = {
  done: look('tested', 'step.state.done'),
  open: look('paired', 'step.state.open'),
  warning: look('attention', 'step.state.warning'),
  blocker: look('blocker', 'step.state.blocker'),
  not_yet: look('planned', 'step.state.not_yet'),
};

/** The look of a step of a site. */
export const stepLook = (state: Site['steps'][number]['state']): Look => stepLooks[state];

/** The drawing of a device: by its model, or by its kind until the model is known. */
export function drawingOf(device: {
  readonly kind: 'iq' | 'repeater' | 'lock' | 'unknown';
  readonly model: string | null;
  readonly mac: string | null;
}): DrawingName {
  if (device.kind === 'iq') return 'iq';
  if (device.kind === 'repeater') return 'repeater';
  if (device.mac === null) return 'no_lock';
  const lock = lockModels.find((each) => each === device.model);
  return lock ?? (device.kind === 'lock' ? 'escutcheon' : 'no_lock');
}

/** What to say of the owner's invitation under the owner's name. */
export function invitationText(row: Pick<SiteRow, 'invitation' | 'ownerEmail'>): TextId {
  if (row.ownerEmail === '' && row.invitation === null) return 'invitation.no_email';
  const state: Invitation['state'] = row.invitation?.state ?? 'not_sent';
  return `invitation.${state}`;
}
