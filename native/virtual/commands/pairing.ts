import { CommissioningCommand, Group } from '../../smp/index.ts';
import { Kind } from '../models.ts';
import { CONFIRMATION_BOUNDS } from '../pairing-guard.ts';
import type { Command } from './command.ts';

const PROTOCOL_VERSION = 1;

/** Who the device is, and the proof of its code (A16, A21–A27). */
export const pairingCommands: readonly Command[] = [
  {
    name: 'identity',
    group: Group.commissioning,
    command: CommissioningCommand.identity,
    open: true,
    read: (device) => {
      const { description } = device;
      return {
        kind: Kind[description.kind],
        model: description.model,
        serial: description.serial,
        mac: description.mac,
        hw: description.hardware,
        fw: device.images.version,
        radio: description.radio,
        state: device.state(),
        proto: PROTOCOL_VERSION,
        caps: [...description.capabilities],
      };
    },
  },
  {
    name: 'pair',
    group: Group.commissioning,
    command: CommissioningCommand.pair,
    open: true,
    write: async ({ pairing, log }, body, { connection }) => {
      const step = body.integer('step', [0, 2]);
      if (step === 0) return pairing.begin(connection);
      if (step === 1) return pairing.answer(connection, body.anyBytes('x'));
      pairing.confirm(connection, body.bytes('cp', CONFIRMATION_BOUNDS));
      log.add('paired');
      return {};
    },
  },
];
