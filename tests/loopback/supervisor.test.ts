import { beforeEach, describe, expect, it } from 'vitest';
import type { FrameToHost, HostSettings, HostToFrame } from '../../electron/frame/host-messages.ts';
import type { HostProcess, HostSupervisor } from '../../electron/frame/supervisor.ts';
import { superviseHost } from '../../electron/frame/supervisor.ts';

/** A host process that the test plays. */
class PlayedProcess implements HostProcess<string> {
  readonly pid: number;
  readonly heard: FrameToHost[] = [];
  #listeners: Parameters<HostProcess<string>['listen']>[0][] = [];
  killed = false;

  constructor(pid: number) {
    this.pid = pid;
  }
  send(message: FrameToHost): void {
    this.heard.push(message);
  }
  connect(): string {
    return `port of ${this.pid}`;
  }
  kill(): void {
    this.killed = true;
    this.exit();
  }
  listen(listener: Parameters<HostProcess<string>['listen']>[0]): void {
    this.#listeners.push(listener);
  }
  say(message: HostToFrame): void {
    for (const listener of this.#listeners) listener.onMessage(message);
  }
  exit(): void {
    for (const listener of this.#listeners) listener.onExit();
  }
}

describe('the supervisor of the host', () => {
  let now: number;
  let timers: { at: number; callback: () => void }[];
  let processes: PlayedProcess[];
  let opened: string[];
  let supervisor: HostSupervisor<string>;
  const settings: HostSettings = {
    version: '1',
    dataDir: '/data',
    vault: { kind: 'key_file' },
    practice: false,
    cloud: null,
  };

  beforeEach(() => {
    now = 0;
    timers = [];
    processes = [];
    opened = [];
    supervisor = superviseHost<string>({
      spawn() {
        const process = new PlayedProcess(processes.length + 1);
        processes.push(process);
        return process;
      },
      settings,
      openExternal(url) {
        opened.push(url);
      },
      now: () => now,
      setTimer(callback, delayMs) {
        const timer = { at: now + delayMs, callback };
        timers.push(timer);
        return () => {
          timers = timers.filter((other) => other !== timer);
        };
      },
    });
  });

  function pass(ms: number): void {
    now += ms;
    const due = timers.filter(({ at }) => at <= now);
    timers = timers.filter(({ at }) => at > now);
    for (const { callback } of due) callback();
  }
  const latest = (): PlayedProcess => {
    const process = processes.at(-1);
    if (!process) throw new Error('No host was started.');
    return process;
  };

  it('starts no host before one is wanted, and gives a connection when it is ready', async () => {
    expect(processes).toHaveLength(0);
    const connected = supervisor.connect();
    expect(latest().heard).toEqual([{ kind: 'start', settings }]);
    latest().say({ kind: 'ready' });
    expect(await connected).toBe('port of 1');
    expect(supervisor.pid).toBe(1);
    latest().say({ kind: 'open_external', url: 'https://home.saltoks.com' });
    expect(opened).toEqual(['https://home.saltoks.com']);
  });

  it('starts a dead host again, later each time, and serves those who wait', async () => {
    const started = supervisor.start();
    latest().say({ kind: 'ready' });
    await started;
    latest().exit();
    const waiting = supervisor.connect();
    pass(249);
    expect(processes).toHaveLength(1);
    pass(1);
    expect(processes).toHaveLength(2);
    latest().exit();
    pass(499);
    expect(processes).toHaveLength(2);
    pass(1);
    latest().say({ kind: 'ready' });
    expect(await waiting).toBe('port of 3');
  });

  it('gives up when it dies again and again, and tries anew when asked some time later', async () => {
    const waiting = supervisor.connect();
    for (let death = 1; death <= 5; death += 1) {
      latest().exit();
      pass(8_000);
    }
    await expect(waiting).rejects.toMatchObject({ code: 'app.host_stopped' });
    pass(60_000);
    expect(processes).toHaveLength(5);
    const again = supervisor.connect();
    expect(processes).toHaveLength(6);
    latest().say({ kind: 'ready' });
    expect(await again).toBe('port of 6');
  });

  it('does not start a failed host for a page that asks at once', async () => {
    const waiting = supervisor.connect();
    latest().say({ kind: 'failed', problem: { code: 'db.from_newer_app', params: {} } });
    latest().exit();
    await expect(waiting).rejects.toMatchObject({ code: 'db.from_newer_app' });
    await expect(supervisor.connect()).rejects.toMatchObject({ code: 'db.from_newer_app' });
    expect(processes).toHaveLength(1);
  });

  it('forgets deaths that lie far apart', async () => {
    for (let death = 1; death <= 20; death += 1) {
      const started = supervisor.start();
      latest().say({ kind: 'ready' });
      await started;
      pass(30_000);
      latest().exit();
      pass(30_000);
    }
    expect(processes).toHaveLength(21);
  });

  it('kills a host that does not become ready', () => {
    supervisor.connect().catch(() => {});
    pass(119_999);
    expect(latest().killed).toBe(false);
    pass(1);
    expect(latest().killed).toBe(true);
  });

  it('stops a host by asking, and by force when it does not listen', async () => {
    const started = supervisor.start();
    latest().say({ kind: 'ready' });
    await started;
    const stopped = supervisor.stop();
    expect(latest().heard.at(-1)).toEqual({ kind: 'stop' });
    pass(9_999);
    expect(latest().killed).toBe(false);
    pass(1);
    await stopped;
    expect(latest().killed).toBe(true);
    pass(60_000);
    expect(processes).toHaveLength(1);
    await expect(supervisor.connect()).rejects.toMatchObject({ code: 'app.host_stopped' });
  });

  it('takes only so many who wait', async () => {
    const waiting = Array.from({ length: 17 }, () => supervisor.connect());
    await expect(waiting[16]).rejects.toMatchObject({ code: 'app.host_restarting' });
    latest().say({ kind: 'ready' });
    expect(await waiting[15]).toBe('port of 1');
  });
});
