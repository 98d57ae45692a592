import { Group, ImageCommand } from '../../smp/index.ts';
import type { Internals } from '../internals.ts';
import { smpRefusal } from '../refusal.ts';
import type { Command, Handler } from './command.ts';

const UINT32 = [0, 0xffff_ffff] as const;
const SHA256_BYTES = 32;

const state = ({ images }: Internals) => ({ images: images.shown.map((slot) => ({ ...slot })) });

const upload: Handler = async ({ images, faults, timers }, body) => {
  const off = body.integer('off', UINT32);
  const data = body.anyBytes('data');
  const slow = faults.get('slow_flash');
  if (slow !== undefined) await timers.wait(slow.ms);
  if (off === 0) {
    const next = images.begin(
      body.integer('len', UINT32),
      body.bytes('sha', [SHA256_BYTES, SHA256_BYTES]),
      data,
    );
    return answer(next, images.finish(faults.has('wrong_image_hash')));
  }
  return answer(images.write(off, data), images.finish(faults.has('wrong_image_hash')));
};

function answer(off: number, end: ReturnType<Internals['images']['finish']>) {
  return end.done ? { off, match: end.match } : { off };
}

/** The image group: two slots and a boot loader that goes back by itself (A14). */
export const imageCommands: readonly Command[] = [
  {
    name: 'image_state',
    group: Group.image,
    command: ImageCommand.state,
    read: state,
    write: (device, body) => {
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
    write: ({ images }) => {
      images.erase();
      return {};
    },
  },
];
