import type { CodedError } from '../../electron/contract/errors.ts';
import type { PacketChannel } from '../smp/index.ts';

/** Tells once when the owner is done with a channel: null after its `close()`, else the problem that ended it. */
export function onRelease(channel: PacketChannel, released: (problem: CodedError | null) => void): void {
  let told = false;
  const tell = (problem: CodedError | null) => {
    if (told) return;
    told = true;
    released(problem);
  };
  channel.onClose(tell);
  const close = channel.close.bind(channel);
  // In place, not in a wrapper: a channel may have more members than its interface.
  channel.close = async () => {
    await close();
    tell(null);
  };
}
