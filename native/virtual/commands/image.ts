import { Group, ImageCommand } from '../../smp/index.ts';
import type { Internals } from '../internals.ts';
import { smpRefusal } from '../refusal.ts';
import type { Command, Handler } from './command.ts';

const UINT32 = [0, 0xffff_ffff] as const;
const SHA256 = [32, 32] as const;

const state = ({ images }: Internals) => ({ images: images.shown.map((slot) => ({ ...slot })) });

/** Erasing a slot takes this long, in milliseconds: the sectors of a usual flash, one after the other. */
const ERASE_MS = 1_000;
/** Writing flash takes this long, in milliseconds per KiB. */
const WRITE_MS_PER_KIB = 8;

/** While armed nothing restarts and nothing new is begun: the app updates before it arms (A14). */
function requireUnarmed({ failsafe }: Internals): void {
  if (failsafe.armed) throw smpRefusal('badState');
}

const upload: Handler = async (device, body) => {
  const { images, faults, timers } = device;
  requireUnarmed(device);
  const off = body.integer('off', UINT32);
  const data = body.bytes('data', [1, 0xffff]);
  const whole =
    off === 0 ? { length: body.integer('len', UINT32), sha: body.bytes('sha', SHA256) } : undefined;
  const eraseMs = whole !== undefined && images.wouldErase(whole.length, whole.sha) ? ERASE_MS : 0;
  const slowMs = faults.get('slow_flash')?.ms ?? 0;
  await timers.wait(eraseMs + (data.length / 1024) * WRITE_MS_PER_KIB + slowMs);
  const spoilt = faults.has('wrong_image_hash');
  const answer =
    whole === undefined
      ? images.write(off, data, spoilt)
      : images.begin(whole.length, whole.sha, data, spoilt);
  return { ...answer };
};

/** The image group: two slots and a boot loader that goes back by itself (A14). */
export const imageCommands: readonly Command[] = [
  {
    name: 'image_state',
    group: Group.image,
    command: ImageCommand.state,
    read: state,
    write: (device, body) => {
      requireUnarmed(device);
      const confirm = body.boolean('confirm');
      const hash = body.has('hash') ? body.bytes('hash', [1, 64]) : undefined;
      if (hash === undefined) {
        if (!confirm) throw smpRefusal('invalid');
        device.images.confirm();
      } else device.images.plan(hash, confirm ? 'permanent' : 'test');
      return state(device);
    },
  },
  { name: 'image_upload', group: Group.image, command: ImageCommand.upload, write: upload },
  {
    name: 'image_erase',
    group: Group.image,
    command: ImageCommand.erase,
    write: async (device, body) => {
      requireUnarmed(device);
      if (body.has('slot') && body.integer('slot', [0, 255]) !== 1) throw smpRefusal('invalid');
      await device.timers.wait(ERASE_MS);
      device.images.erase();
      return {};
    },
  },
];
