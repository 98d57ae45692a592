import { CodedError, type ErrorCode } from '../../electron/contract/errors.ts';
import type { CborMap, CborValue } from './cbor.ts';
import { isCborMap } from './cbor.ts';
import { CommissioningError, Group, ImageError, SmpError } from './header.ts';

/** What SMP's own numbers mean here (A18). */
const GENERIC: Readonly<Record<number, ErrorCode>> = {
  [SmpError.memory]: 'device.out_of_memory',
  [SmpError.invalid]: 'device.invalid_request',
  [SmpError.noEntry]: 'device.no_entry',
  [SmpError.badState]: 'device.bad_state',
  [SmpError.size]: 'device.too_large',
  [SmpError.notSupported]: 'device.not_supported',
  [SmpError.busy]: 'device.busy',
  [SmpError.accessDenied]: 'device.access_denied',
  [SmpError.version]: 'device.version',
};

/** What the numbers of group 64 mean (A19). `pair_wrong` and `tree_rule` are refined by who asked. */
const COMMISSIONING: Readonly<Record<number, ErrorCode>> = {
  [CommissioningError.pairClosed]: 'pairing.closed',
  [CommissioningError.pairWrong]: 'pairing.attempt_lost',
  [CommissioningError.pairShare]: 'pairing.share_invalid',
  [CommissioningError.pairOrder]: 'pairing.attempt_lost',
  [CommissioningError.noSession]: 'device.session_lost',
  [CommissioningError.failsafeNeeded]: 'device.failsafe_needed',
  [CommissioningError.failsafeIdle]: 'device.failsafe_idle',
  [CommissioningError.revStale]: 'commission.tree_changed',
  [CommissioningError.treeRule]: 'commission.tree_rule',
  [CommissioningError.idUnknown]: 'commission.not_in_tree',
  [CommissioningError.ticketBad]: 'commission.ticket_refused',
  [CommissioningError.value]: 'device.value_impossible',
  [CommissioningError.radio]: 'device.radio_silent',
};

/** What the numbers of the image group mean. */
const IMAGE: Readonly<Record<number, ErrorCode>> = {
  [ImageError.noImage]: 'firmware.not_there',
  [ImageError.hashNotFound]: 'firmware.not_there',
  [ImageError.noFreeSlot]: 'firmware.slot_taken',
  [ImageError.invalidHeader]: 'firmware.refused',
  [ImageError.invalidMagic]: 'firmware.refused',
  [ImageError.invalidHash]: 'firmware.hash_refused',
  [ImageError.invalidAddress]: 'firmware.refused',
  [ImageError.currentIsNewer]: 'firmware.device_newer',
  [ImageError.alreadyPending]: 'firmware.slot_taken',
  [ImageError.invalidVectorTable]: 'firmware.refused',
  [ImageError.tooLarge]: 'firmware.too_large_for_device',
};

/** The groups whose numbers are known. */
const GROUPS: Readonly<Record<number, Readonly<Record<number, ErrorCode>>>> = {
  [Group.image]: IMAGE,
  [Group.commissioning]: COMMISSIONING,
};

/** A version 1 answer carries an error of group 64 as this much more (A20). */
const VERSION_1_OFFSET = 256;

/** A device's refusal: it has changed nothing (A18). */
export class SmpRefusal extends CodedError {
  /** The group whose number `rc` is; undefined for SMP's own numbers. */
  readonly group: number | undefined;
  readonly rc: number;

  constructor(group: number | undefined, rc: number, command: string, device: string) {
    const code = group === undefined ? GENERIC[rc] : GROUPS[group]?.[rc];
    super(code ?? 'device.refused', { command, device, rc, ...(group === undefined ? {} : { group }) });
    this.name = 'SmpRefusal';
    this.group = group;
    this.rc = rc;
  }

  /** Whether this is the error `rc` of group 64. */
  isCommissioning(rc: number): boolean {
    return this.group === Group.commissioning && this.rc === rc;
  }
}

/** The numbers of a refusal in the data of a response, undefined where the device did not refuse. */
export interface RefusalNumbers {
  readonly group: number | undefined;
  readonly rc: number;
}

/**
 * Reads both forms: `{"err": {"group", "rc"}}` of version 2 and `{"rc"}` of SMP itself and of version 1
 * (A17–A20). `rc` 0, in either form, is success. Neither form with other types inside is: who cannot say how it
 * went has not said that it went well.
 */
export function refusalIn(data: CborMap, requestGroup: number): RefusalNumbers | 'malformed' | undefined {
  const numbers = Object.hasOwn(data, 'err') ? ofGroup(data.err) : ofSmp(data.rc, requestGroup);
  return typeof numbers === 'object' && numbers.rc === 0 ? undefined : numbers;
}

function ofGroup(err: CborValue | undefined): RefusalNumbers | 'malformed' {
  if (err === undefined || !isCborMap(err)) return 'malformed';
  const { group, rc } = err;
  return typeof group === 'number' && typeof rc === 'number' ? { group, rc } : 'malformed';
}

function ofSmp(rc: CborValue | undefined, requestGroup: number): RefusalNumbers | 'malformed' | undefined {
  if (rc === undefined) return undefined;
  if (typeof rc !== 'number') return 'malformed';
  if (requestGroup === Group.commissioning && rc > VERSION_1_OFFSET) {
    return { group: Group.commissioning, rc: rc - VERSION_1_OFFSET };
  }
  return { group: undefined, rc };
}
