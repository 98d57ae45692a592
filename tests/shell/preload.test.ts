import { MessageChannel } from 'node:worker_threads';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { connectMessage, portMessage, refusedMessage } from '../../electron/contract/frame.ts';
import { ipcRenderer } from '../support/electron-stand-in.ts';

/** The page's window, as much of it as the preload touches. */
class PlayedWindow extends EventTarget {
  readonly posted: { message: unknown; origin: string; ports: unknown[] }[] = [];
  postMessage(message: unknown, origin: string, ports: unknown[] = []): void {
    this.posted.push({ message, origin, ports });
  }
  say(data: unknown, source: unknown = this, origin = 'doorstep://app'): void {
    this.dispatchEvent(Object.assign(new Event('message'), { data, source, origin }));
  }
}

describe('the preload', () => {
  const window = new PlayedWindow();

  beforeAll(async () => {
    vi.stubGlobal('window', window);
    vi.stubGlobal('location', { origin: 'doorstep://app' });
    await import('../../electron/shell/preload.ts');
  });
  afterAll(() => {
    vi.unstubAllGlobals();
  });

  it('asks for a connection for its own page only, and for nothing else', () => {
    window.say(connectMessage, {});
    window.say(connectMessage, window, 'https://evil.example');
    window.say('doorstep:anything');
    window.say(null);
    expect(ipcRenderer.sent).toEqual([]);
    window.say(connectMessage);
    expect(ipcRenderer.sent).toEqual([connectMessage]);
  });

  it('hands on the port, or why there is none, to its own origin', () => {
    const { port1 } = new MessageChannel();
    ipcRenderer.emit(portMessage, { ports: [port1] });
    ipcRenderer.emit(refusedMessage, {}, { code: 'app.host_stopped', params: {} });
    expect(window.posted).toEqual([
      { message: portMessage, origin: 'doorstep://app', ports: [port1] },
      {
        message: { type: refusedMessage, problem: { code: 'app.host_stopped', params: {} } },
        origin: 'doorstep://app',
        ports: [],
      },
    ]);
    port1.close();
  });

  it('exposes nothing in the page', () => {
    expect(Object.keys(window)).toEqual(['posted']);
  });
});
