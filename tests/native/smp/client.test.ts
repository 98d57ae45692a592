import { describe, expect, test } from 'vitest';
import { CodedError } from '../../../electron/contract/errors.ts';
import { SealedSession } from '../../../native/pairing/index.ts';
import {
  type CborInput,
  decodeHeader,
  decodeMap,
  encodeMap,
  encodePacket,
  type PacketChannel,
  packetData,
  SmpClient,
  type SmpHeader,
  SmpRefusal,
  type SmpRequest,
} from '../../../native/smp/index.ts';

/** A clock whose timers fire when they are told to. */
class HandClock {
  #ms = 0;
  #timers: { run: () => void; dueMs: number }[] = [];
  now = () => this.#ms;
  ticks = () => this.#ms;
  setTimer = (run: () => void, afterMs: number) => {
    const timer = { run, dueMs: this.#ms + afterMs };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((each) => each !== timer);
    };
  };

  pass(ms: number): void {
    this.#ms += ms;
    const due = this.#timers.filter(({ dueMs }) => dueMs <= this.#ms);
    this.#timers = this.#timers.filter((each) => !due.includes(each));
    for (const { run } of due) run();
  }
}

/** A channel whose other end is the test. */
class Line {
  readonly sent: Uint8Array[] = [];
  maxPacketBytes: number | undefined;
  failure: CodedError | undefined;
  #onPacket: (packet: Uint8Array) => void = () => {};
  #onClose: (problem: CodedError) => void = () => {};
  closed = false;

  readonly channel: PacketChannel = {
    transport: 'usb',
    label: 'line',
    send: async (packet) => {
      if (this.failure !== undefined) throw this.failure;
      this.sent.push(packet);
    },
    onPacket: (listener) => {
      this.#onPacket = listener;
      return () => {
        this.#onPacket = () => {};
      };
    },
    onClose: (listener) => {
      this.#onClose = listener;
      return () => {};
    },
    setMaxPacketBytes: (bytes) => {
      this.maxPacketBytes = bytes;
    },
    close: async () => {
      this.closed = true;
    },
    closed: false,
    discarded: () => ({}),
  };

  header(at = this.sent.length - 1): SmpHeader {
    const header = decodeHeader(this.sent[at] ?? new Uint8Array());
    if (header === undefined) throw new Error('nothing was sent');
    return header;
  }

  receive(header: Omit<SmpHeader, 'length'>, data: CborInput | Uint8Array): void {
    this.#onPacket(encodePacket(header, data instanceof Uint8Array ? data : encodeMap(data)));
  }

  receiveRaw(packet: Uint8Array): void {
    this.#onPacket(packet);
  }

  /** Answers the request that was sent as the `at`th. */
  answer(data: CborInput | Uint8Array, change: Partial<SmpHeader> = {}, at = this.sent.length - 1): void {
    const header = this.header(at);
    this.receive({ ...header, op: header.op + 1, ...change }, data);
  }

  breakDown(problem: CodedError): void {
    this.#onClose(problem);
  }
}

const READ: SmpRequest = {
  name: 'echo',
  op: 'read',
  group: 0,
  command: 0,
  data: { d: 'hi' },
  answerWithinMs: 2000,
  sealed: false,
};
const WRITE: SmpRequest = { ...READ, name: 'tree', op: 'write', group: 64, command: 9, data: {} };

function setUp(firstSequence = 0) {
  const line = new Line();
  const clock = new HandClock();
  return { line, clock, client: new SmpClient(line.channel, { clock, firstSequence }) };
}

async function failureOf(work: Promise<unknown>): Promise<CodedError> {
  const caught = await work.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!(caught instanceof CodedError)) throw new Error(`no coded error but ${caught}`);
  return caught;
}

describe('requests and answers', () => {
  test('version 2 is sent, which is 1 on the wire; an answer of version 1 is taken (A1, A2)', async () => {
    const { line, client } = setUp();
    const asked = client.request(READ);
    expect(line.header()).toEqual({ op: 0, version: 1, group: 0, sequence: 0, command: 0, length: 6 });
    line.answer({ r: 'hi' }, { version: 0 });
    expect(await asked).toEqual({ r: 'hi' });
  });

  test('sequences rise by one, wrap, and are not used while unanswered (A2)', async () => {
    const { line, clock, client } = setUp(254);
    client.setParameters({ bufSize: 2048, bufCount: 4 });
    const first = client.request(READ);
    const rest = [client.request(READ), client.request(READ)];
    expect([0, 1, 2].map((at) => line.header(at).sequence)).toEqual([254, 255, 0]);
    line.answer({ r: '1' }, {}, 1);
    line.answer({ r: '2' }, {}, 2);
    await Promise.all(rest);
    for (let turn = 0; turn < 253; turn++) {
      const asked = client.request(READ);
      line.answer({ r: 'x' });
      await asked;
    }
    const last = client.request(READ);
    // 254 is still waited for.
    expect(line.header().sequence).toBe(255);
    line.answer({ r: 'x' });
    await last;
    clock.pass(3000);
    expect((await failureOf(first)).code).toBe('device.timeout');
  });

  test('strangers are dropped and counted (A2, A3)', async () => {
    const { line, client } = setUp();
    const asked = client.request(READ);
    for (const change of [{ sequence: 9 }, { group: 64 }, { command: 1 }, { op: 3 }, { op: 0 }]) {
      line.answer({ r: 'wrong' }, change);
    }
    line.receiveRaw(new Uint8Array([1, 0, 0, 9, 0, 0, 0, 0]));
    line.answer({ r: 'right' });
    line.answer({ r: 'twice' });
    expect(await asked).toEqual({ r: 'right' });
    expect(client.strangers).toEqual({ unmatched: 6, malformed: 1 });
  });

  test('the app waits one second longer than the device may take; a late answer is a stranger (A9)', async () => {
    const { line, clock, client } = setUp();
    const asked = client.request(READ);
    let ended = false;
    void asked.catch(() => {
      ended = true;
    });
    clock.pass(2999);
    await Promise.resolve();
    expect(ended).toBe(false);
    clock.pass(1);
    expect((await failureOf(asked)).problem).toEqual({
      code: 'device.timeout',
      params: { command: 'echo', device: 'line' },
    });
    const next = client.request(READ);
    line.answer({ r: 'late' }, {}, 0);
    line.answer({ r: 'next' });
    expect(await next).toEqual({ r: 'next' });
  });

  test('one at a time and 256 bytes until the parameters are read (A7)', async () => {
    const { line, client } = setUp();
    const long = { ...READ, data: { d: 'x'.repeat(260) } };
    expect((await failureOf(client.request(long))).code).toBe('device.too_large');
    const first = client.request(READ);
    const second = client.request(READ);
    expect(line.sent).toHaveLength(1);
    line.answer({ r: '1' });
    expect(line.sent).toHaveLength(2);
    line.answer({ r: '2' });
    await Promise.all([first, second]);
    client.setParameters({ bufSize: 1024, bufCount: 2 });
    expect(line.maxPacketBytes).toBe(1024);
    const many = [client.request(long), client.request(long), client.request(long)];
    expect(line.sent).toHaveLength(4);
    for (const at of [2, 3, 4]) line.answer({ r: '' }, {}, at);
    await Promise.all(many);
  });

  test('only the oldest request’s time runs, for a device works at one at a time (A8)', async () => {
    const { line, clock, client } = setUp();
    client.setParameters({ bufSize: 1024, bufCount: 2 });
    const slow = client.request({ ...READ, answerWithinMs: 40_000 });
    const quick = client.request(WRITE);
    clock.pass(39_000);
    line.answer({ r: '' }, {}, 0);
    await slow;
    clock.pass(2_999);
    line.answer({ rev: 1 }, {}, 1);
    expect(await quick).toEqual({ rev: 1 });
  });

  test('an aborted request keeps its slot until the device is through with it', async () => {
    const { line, client } = setUp();
    const controller = new AbortController();
    const slow = client.request({ ...READ, answerWithinMs: 40_000 }, controller.signal);
    controller.abort();
    expect((await failureOf(slow)).code).toBe('commission.cancelled');
    const next = client.request(WRITE);
    expect(line.sent).toHaveLength(1);
    line.answer({ r: 'late' });
    expect(line.sent).toHaveLength(2);
    line.answer({ rev: 1 });
    expect(await next).toEqual({ rev: 1 });
  });

  test('what waits in the queue goes unsent when it is aborted', async () => {
    const { line, client } = setUp();
    const first = client.request(READ);
    const controller = new AbortController();
    const second = client.request(WRITE, controller.signal);
    controller.abort(new CodedError('commission.step_timeout', { step: 'tree', seconds: 30 }));
    expect((await failureOf(second)).code).toBe('commission.step_timeout');
    line.answer({ r: '1' });
    await first;
    expect(line.sent).toHaveLength(1);
  });

  test('a channel that closes rejects everything with its problem', async () => {
    const { line, client } = setUp();
    const asked = [client.request(READ), client.request(WRITE)];
    line.breakDown(new CodedError('serial.port_gone', { path: 'COM7' }));
    for (const each of asked) expect((await failureOf(each)).code).toBe('serial.port_gone');
    expect((await failureOf(client.request(READ))).code).toBe('serial.port_gone');
    await client.close();
    expect(line.closed).toBe(true);
  });

  test('a packet that cannot be sent fails its own request only', async () => {
    const { line, client } = setUp();
    line.failure = new CodedError('serial.port_gone', { path: 'COM7' });
    expect((await failureOf(client.request(READ))).code).toBe('serial.port_gone');
    line.failure = undefined;
    const next = client.request(READ);
    line.answer({ r: 'x' });
    expect(await next).toEqual({ r: 'x' });
  });

  test('an answer that is no map is a coded error', async () => {
    const { line, client } = setUp();
    const asked = client.request(READ);
    line.answer(new Uint8Array([0x83]));
    expect((await failureOf(asked)).code).toBe('device.bad_response');
  });
});

describe('refusals (A17–A20)', () => {
  test.each([
    ['SMP itself', { rc: 8 }, undefined, 8, 'device.not_supported'],
    ['the group, version 2', { err: { group: 64, rc: 8 } }, 64, 8, 'commission.tree_changed'],
    ['the group, version 1', { rc: 264 }, 64, 8, 'commission.tree_changed'],
    ['another group', { err: { group: 1, rc: 5 } }, 1, 5, 'device.refused'],
    ['an unknown number', { rc: 99 }, undefined, 99, 'device.refused'],
  ] as const)('%s', async (_, data, group, rc, code) => {
    const { line, client } = setUp();
    const asked = client.request(WRITE);
    line.answer(data);
    const failure = await failureOf(asked);
    expect(failure).toBeInstanceOf(SmpRefusal);
    expect(failure).toMatchObject({ group, rc, code });
  });

  test.each<[CborInput]>([
    [{ err: { group: 64 } }],
    [{ err: { group: 64, rc: '6' } }],
    [{ err: 6 }],
    [{ rc: null }],
    [{ rc: new Uint8Array([6]) }],
  ])('what cannot say how it went has not said that it went well: %o', async (data) => {
    const { line, client } = setUp();
    const asked = client.request(WRITE);
    line.answer(data);
    expect((await failureOf(asked)).code).toBe('device.bad_response');
  });

  test.each([[{ rc: 0 }], [{ err: { group: 64, rc: 0 } }]])('zero is success: %o', async (data) => {
    const { line, client } = setUp();
    const asked = client.request(WRITE);
    line.answer(data);
    expect(await asked).toEqual(data);
  });
});

describe('version 1 servers (A1, A2, A20)', () => {
  test('who refuses version 2 is spoken to in version 1 from then on, what waits included', async () => {
    const { line, client } = setUp();
    const asked = [client.request(READ), client.request(WRITE)];
    line.answer({ rc: 13 }, { version: 0 });
    expect((await failureOf(asked[0] as Promise<unknown>)).code).toBe('device.version');
    expect(line.header()).toMatchObject({ version: 0, command: 9 });
    line.answer({ rc: 264 });
    expect((await failureOf(asked[1] as Promise<unknown>)).code).toBe('commission.tree_changed');
    const next = client.request(READ);
    expect(line.header().version).toBe(0);
    line.answer({ r: 'hi' });
    expect(await next).toEqual({ r: 'hi' });
  });

  test('silence is lost packets at first, then perhaps a refusal: reads try version 1, and stay with what is answered', async () => {
    const { line, clock, client } = setUp();
    const silence = async (request: SmpRequest) => {
      const asked = client.request(request);
      const { version } = line.header();
      clock.pass(3000);
      expect((await failureOf(asked)).code).toBe('device.timeout');
      return version;
    };
    // A write says nothing: it may have been done.
    expect(await silence(WRITE)).toBe(1);
    expect([await silence(READ), await silence(READ), await silence(READ)]).toEqual([1, 1, 0]);
    expect([await silence(READ), await silence(READ)]).toEqual([1, 0]);
    const asked = client.request(READ);
    line.answer({ r: 'hi' });
    await asked;
    expect([await silence(READ), await silence(READ), await silence(READ)]).toEqual([1, 1, 1]);
  });

  test('a device that has answered once is not taken for a version 1 server when it falls silent', async () => {
    const { line, clock, client } = setUp();
    const first = client.request(READ);
    line.answer({ rc: 8 });
    expect((await failureOf(first)).code).toBe('device.not_supported');
    for (let turn = 0; turn < 4; turn++) {
      const asked = client.request(READ);
      expect(line.header().version).toBe(1);
      clock.pass(3000);
      await failureOf(asked);
    }
  });
});

describe('the sealed layer', () => {
  const KEY = new Uint8Array(32).fill(7);
  const SEALED: SmpRequest = { ...WRITE, sealed: true };

  function paired() {
    const all = setUp();
    all.client.sealWith(SealedSession.fromSharedKey(KEY, 'app'));
    return { ...all, device: SealedSession.fromSharedKey(KEY, 'device') };
  }

  /** The device's view of what was sent last. */
  function unseal(line: Line, device: SealedSession): SmpHeader {
    const { n, c } = decodeMap(packetData(line.sent.at(-1) ?? new Uint8Array()));
    const inner = device.open(n as number, c as Uint8Array);
    const header = inner && decodeHeader(inner);
    if (header === undefined) throw new Error('not sealed for the device');
    return header;
  }

  function sealedAnswer(
    device: SealedSession,
    inner: SmpHeader,
    data: CborInput,
    change: Partial<SmpHeader> = {},
  ) {
    const { n, c } = device.seal(encodePacket({ ...inner, op: inner.op + 1, ...change }, encodeMap(data)));
    return { n, c };
  }

  test('the outer op is write, whatever the inner one is (A30); both headers are matched (A32)', async () => {
    const { line, client, device } = paired();
    const asked = client.request({ ...SEALED, op: 'read' });
    expect(line.header()).toMatchObject({ op: 2, group: 64, command: 2 });
    const inner = unseal(line, device);
    expect(inner).toMatchObject({ op: 0, group: 64, command: 9 });
    line.answer(sealedAnswer(device, inner, { rev: 9 }, { command: 10 }));
    line.answer(sealedAnswer(device, inner, { rev: 9 }, { sequence: inner.sequence + 1 }));
    line.answer(sealedAnswer(device, inner, { rev: 1 }));
    expect(await asked).toEqual({ rev: 1 });
    expect(client.strangers).toEqual({ unmatched: 2 });
  });

  test('a sealed refusal is the device’s own', async () => {
    const { line, client, device } = paired();
    const asked = client.request(SEALED);
    line.answer(sealedAnswer(device, unseal(line, device), { err: { group: 64, rc: 6 } }));
    expect((await failureOf(asked)).code).toBe('device.failsafe_needed');
  });

  test('outside the seal only no_session counts; all else is as good as silence (A31)', async () => {
    const { line, clock, client } = paired();
    const asked = client.request(SEALED);
    line.answer({ rc: 8 });
    line.answer({ err: { group: 64, rc: 7 } });
    line.answer({});
    line.answer({ rev: 5 });
    line.answer({ n: 1, c: new Uint8Array(20) });
    clock.pass(3000);
    expect((await failureOf(asked)).code).toBe('device.timeout');
    expect(client.strangers).toEqual({ unsealed: 4, unauthentic: 1 });
    const next = client.request(SEALED);
    line.answer({ err: { group: 64, rc: 5 } });
    expect((await failureOf(next)).code).toBe('device.session_lost');
  });

  test('nothing that belongs inside the seal ever leaves it, not even when the session goes', async () => {
    const { line, client } = paired();
    const first = client.request(SEALED);
    const second = client.request(SEALED);
    client.sealWith(undefined);
    expect((await failureOf(client.request(SEALED))).code).toBe('device.access_denied');
    line.answer({ err: { group: 64, rc: 5 } });
    await failureOf(first);
    expect((await failureOf(second)).code).toBe('device.access_denied');
    expect(line.sent).toHaveLength(1);
  });

  test('an inner packet leaves 48 bytes of the buffer (A7)', async () => {
    const { line, client } = paired();
    client.setParameters({ bufSize: 1024, bufCount: 1 });
    const sized = (bytes: number) => ({ ...SEALED, data: { c: new Uint8Array(bytes) } });
    // 8 header, 1 map, 2 key, 3 head of the string.
    expect((await failureOf(client.request(sized(1024 - 48 - 14 + 1)))).code).toBe('device.too_large');
    void client.request(sized(1024 - 48 - 14)).catch(() => {});
    expect(line.sent[0]?.length).toBeLessThanOrEqual(1024);
    await client.close();
  });
});
