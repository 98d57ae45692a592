import type { Fault, FaultKind } from '../../../native/virtual/index.ts';
import type { PracticeFault } from '../../contract/index.ts';

/** How strong a fault is when a person switches it on. */
export const ordinaryFaults: Readonly<Record<PracticeFault & FaultKind, Fault>> = {
  silence: { kind: 'silence', afterAnswers: 0 },
  link_lost: { kind: 'link_lost', afterAnswers: 5 },
  busy_port: { kind: 'busy_port' },
  restart: { kind: 'restart', command: 'failsafe', moment: 'after' },
  drop_request: { kind: 'drop_request', count: 1 },
  drop_answer: { kind: 'drop_answer', count: 1 },
  double_answer: { kind: 'double_answer', count: 100 },
  wrong_crc: { kind: 'wrong_crc', count: 3 },
  text_noise: { kind: 'text_noise' },
  slow: { kind: 'slow', ms: 2_000 },
  busy: { kind: 'busy' },
  version_1: { kind: 'version_1' },
  weak_radio: { kind: 'weak_radio', lossDb: 35 },
  flat_battery: { kind: 'flat_battery' },
  jammed: { kind: 'jammed' },
  detach_hangs: { kind: 'detach_hangs' },
  slow_flash: { kind: 'slow_flash', ms: 200 },
  wrong_image_hash: { kind: 'wrong_image_hash' },
  image_does_not_start: { kind: 'image_does_not_start' },
} satisfies Record<FaultKind, Fault>;
