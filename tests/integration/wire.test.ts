import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/websocket';
import type { ContractRouterClient } from '@orpc/contract';
import { describe, expect, it, vi } from 'vitest';
import type { contract } from '../../electron/contract/index.ts';
import type { Channel, ChannelMessage } from '../../electron/frame/channel.ts';
import type { ServedHost } from '../../electron/host/run.ts';
import { channelServer } from '../../electron/host/run.ts';
import { siteData } from '../db/support/store.ts';
import { first, openHost, testFolder } from './support/host.ts';

/** A page's end of a connection whose messages are cloned on their way, as between two processes. */
function connect(host: ServedHost) {
  const page = Object.assign(new EventTarget(), {
    readyState: 1,
    send: (message: ChannelMessage | ArrayBuffer) => {
      const bytes = message instanceof ArrayBuffer ? new Uint8Array(message) : message;
      queueMicrotask(() => listener?.onMessage(structuredClone(bytes)));
    },
  });
  let listener: Parameters<Channel['listen']>[0] | undefined;
  const sent: ChannelMessage[] = [];
  let closed = false;
  channelServer(host)({
    send: (message) => {
      sent.push(message);
      queueMicrotask(() =>
        page.dispatchEvent(new MessageEvent('message', { data: structuredClone(message) })),
      );
    },
    close: () => {
      closed = true;
    },
    listen: (one) => {
      listener = one;
    },
  });
  const link = new RPCLink({ websocket: page as unknown as WebSocket });
  const client: ContractRouterClient<typeof contract> = createORPCClient(link);
  return {
    client,
    sent,
    closed: () => closed,
    hangUp: () => listener?.onClosed(),
    push: (message: unknown) => listener?.onMessage(message as ChannelMessage),
  };
}

const unknown = '01950000-0000-7000-8000-00000000ffff';

describe('the contract over a wire', () => {
  it('carries calls, watches and their ends', async () => {
    const { host } = await openHost(testFolder());
    const { client } = connect(host);
    const { siteId } = await client.sites.create(siteData('Kade'));
    const watching = await client.sites.watch();
    expect((await watching.next()).value).toMatchObject({ seq: 1, kind: 'snapshot', rows: [{ id: siteId }] });
    await client.sites.update({ siteId, data: siteData('Gracht') });
    expect((await watching.next()).value).toMatchObject({
      seq: 2,
      kind: 'change',
      rows: [{ name: 'Gracht' }],
    });
    await watching.return?.();
    expect(await watching.next()).toMatchObject({ done: true });
    expect(await first(client.sites.watchOne({ siteId }))).toMatchObject({ name: 'Gracht' });
    expect(atob((await client.register.template({ form: 'csv' })).content)).toContain('site,business_type');
  });

  it('tells every refusal as the one declared error, with its code and parameters', async () => {
    const { host } = await openHost(testFolder());
    const { client } = connect(host);
    const { siteId } = await client.sites.create(siteData('Kade'));
    const refused = (call: Promise<unknown>, code: string, params = {}) =>
      expect(call).rejects.toMatchObject({
        defined: true,
        code: 'PROBLEM',
        status: 422,
        data: { code, params },
      });
    await refused(client.sites.create(siteData('kade')), 'site.name_taken', { name: 'kade' });
    await refused(client.sites.finish({ siteId }), 'site.not_ready', { blockers: 1 });
    await refused(
      client.work.answer({ workId: unknown, check: 'motor', answer: 'passed' }),
      'work.not_running',
    );
    await refused(client.work.testDoor({ deviceId: unknown }), 'site.device_not_found');
    await refused(client.register.accept({ previewId: unknown }), 'register.preview_gone');
    const content = Buffer.from('no register').toString('base64');
    await refused(client.register.preview({ fileName: 'x.csv', content }), 'register.empty');
    await refused(client.sites.watchOne({ siteId: unknown }), 'site.not_found');
  });

  it('tells what does not keep to the contract, without repeating it', async () => {
    const { host } = await openHost(testFolder());
    const { client, sent } = connect(host);
    const bad = { deviceId: unknown, foundId: 'x', activationCode: `SECRET${'9'.repeat(80)}` };
    await expect(client.work.pairHub(bad)).rejects.toMatchObject({
      code: 'PROBLEM',
      data: { code: 'app.bad_request', params: {} },
    });
    await expect(client.sites.finish({ siteId: 'none' })).rejects.toMatchObject({
      data: { code: 'app.bad_request' },
    });
    expect(sent.map((message) => Buffer.from(message as Uint8Array).toString()).join()).not.toContain(
      'SECRET',
    );
  });

  it('ends a watch of a site that is removed with its code', async () => {
    const { host } = await openHost(testFolder());
    const { client } = connect(host);
    const { siteId } = await client.sites.create(siteData('Kade'));
    const watching = await client.sites.watchOne({ siteId });
    await watching.next();
    await client.sites.remove({ siteId });
    await expect(watching.next()).rejects.toMatchObject({
      code: 'PROBLEM',
      data: { code: 'site.not_found' },
    });
  });

  it('tells what nobody foresaw by a support id alone, which finds it in the log', async () => {
    const lines: { what: string; supportId?: string | undefined; cause?: unknown }[] = [];
    const { host } = await openHost(testFolder(), { log: (line) => lines.push(line) });
    const { client } = connect(host);
    const { siteId } = await client.sites.create(siteData('Kade'));
    host.context.core().store.close();
    const caught = await client.sites.remove({ siteId }).catch((error: { data: unknown }) => error.data);
    const line = lines.find(({ what }) => what === 'unforeseen');
    expect(caught).toEqual({ code: 'app.internal', params: { supportId: line?.supportId } });
    expect(line?.cause).toBeInstanceOf(Error);
  });

  it('lets go of the watches of a connection that hangs up', async () => {
    const { host } = await openHost(testFolder());
    const { client, hangUp } = connect(host);
    const { siteId } = await client.sites.create(siteData('Kade'));
    const look = vi.spyOn(host.context.core().siteList, 'one');
    await (await client.sites.watchOne({ siteId })).next();
    hangUp();
    const looks = look.mock.calls.length;
    const other = connect(host).client;
    const watching = await other.sites.watch();
    await watching.next();
    for (const name of ['Gracht', 'Singel']) {
      await other.sites.update({ siteId, data: siteData(name) });
      expect((await watching.next()).value).toMatchObject({ rows: [{ name }] });
    }
    expect(look).toHaveBeenCalledTimes(looks);
    await watching.return?.();
  });

  it('closes a connection that speaks no messages', async () => {
    const { host } = await openHost(testFolder());
    for (const noise of [{ not: 'a message' }, 'no json', new Uint8Array([1, 2, 3])]) {
      const { push, closed } = connect(host);
      push(noise);
      await vi.waitFor(() => expect(closed()).toBe(true));
    }
  });
});
