import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';
import { implement } from '@orpc/server';
import { RPCHandler } from '@orpc/server/ws';
import { WebSocketServer } from 'ws';
import { CodedError, type ErrorCode, type ErrorParams } from '../../electron/contract/errors.ts';
import { contract, type Site } from '../../electron/contract/index.ts';
import { securityHeaders } from '../../electron/frame/content-security-policy.ts';
import { type FakeWorld, fakeAttach, fakeId } from './fake-data.ts';
import { fakeUpdate } from './fake-firmware.ts';
import { fakeHistory, fakeReach } from './fake-network.ts';
import { fakeFaults, fakePreview, fakeQuestion } from './fake-register.ts';

/** A host of the screens alone: the contract over data in memory, served as loopback serves it. */
export interface FakeHost {
  readonly url: string;
  readonly world: FakeWorld;
  /** Names of the calls that were made, with their input. */
  readonly calls: Array<{ name: string; input: unknown }>;
  /** Changes the world and tells all who watch. */
  change(edit: (world: FakeWorld) => void): void;
  /** Cuts all connections, as a host that dies does. */
  cut(): void;
  close(): Promise<void>;
}

const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
};

/** Serves the built screens in `rendererDir` and a host with `world` behind them, on 127.0.0.1. */
export async function startFakeHost(rendererDir: string, world: FakeWorld, port = 0): Promise<FakeHost> {
  const listeners = new Set<() => void>();
  const calls: FakeHost['calls'] = [];
  const change: FakeHost['change'] = (edit) => {
    edit(world);
    for (const listener of listeners) listener();
  };
  const handler = new RPCHandler(routerOf(world, change, calls, listeners));
  const server = serveFiles(rendererDir);
  const sockets = new WebSocketServer({ server, path: '/rpc' });
  sockets.on('connection', (socket) => void handler.upgrade(socket));
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    world,
    calls,
    change,
    cut() {
      for (const socket of sockets.clients) socket.terminate();
    },
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets.clients) socket.terminate();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function serveFiles(rendererDir: string): Server {
  return createServer(async (request, response) => {
    const path = normalize((request.url ?? '/').split('?')[0] ?? '/');
    if (path === '/session') {
      response.writeHead(204, securityHeaders).end();
      return;
    }
    const file = extname(path) === '' ? '/index.html' : path;
    try {
      const body = await readFile(join(rendererDir, file));
      response
        .writeHead(200, {
          ...securityHeaders,
          'Content-Type': types[extname(file)] ?? 'application/octet-stream',
        })
        .end(body);
    } catch {
      response.writeHead(404, securityHeaders).end();
    }
  });
}

function routerOf(
  world: FakeWorld,
  change: FakeHost['change'],
  calls: FakeHost['calls'],
  listeners: Set<() => void>,
) {
  const os = implement(contract);
  const note = (name: string, input: unknown) => calls.push({ name, input });
  const watch = async function* <Value>(read: () => Value, signal: AbortSignal | undefined) {
    let changed = true;
    let wake = () => {};
    const listener = () => {
      changed = true;
      wake();
    };
    listeners.add(listener);
    signal?.addEventListener('abort', listener);
    try {
      while (!signal?.aborted) {
        if (changed) {
          changed = false;
          yield read();
        } else {
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        }
      }
    } finally {
      listeners.delete(listener);
    }
  };
  const deviceOf = (deviceId: string) => {
    for (const site of world.sites.values()) {
      const device = site.devices.find((each) => each.id === deviceId);
      if (device) return { site, device };
    }
    throw new CodedError('site.not_found');
  };
  const putDevice = (w: FakeWorld, deviceId: string, part: Partial<Site['devices'][number]>) => {
    const { site } = deviceOf(deviceId);
    const devices = site.devices.map((each) => (each.id === deviceId ? { ...each, ...part } : each));
    w.sites.set(site.id, { ...site, devices });
  };
  let seq = 0;

  return os.router({
    app: {
      watch: os.app.watch.handler(({ signal }) => watch(() => ({ ...world.app }), signal)),
      practise: os.app.practise.handler(() => {
        note('app.practise', null);
        change((w) => {
          w.app = { ...w.app, mode: 'practice' };
        });
      }),
      forgetRecovery: os.app.forgetRecovery.handler(() => {
        note('app.forgetRecovery', null);
        change((w) => {
          w.app = { ...w.app, recovery: null };
        });
      }),
    },
    account: {
      signIn: os.account.signIn.handler(() => {
        note('account.signIn', null);
      }),
      signOut: os.account.signOut.handler(() => {
        note('account.signOut', null);
      }),
    },
    sites: {
      watch: os.sites.watch.handler(({ signal }) =>
        watch(() => {
          seq += 1;
          return { seq, kind: 'snapshot' as const, rows: world.rows, removed: [] };
        }, signal),
      ),
      watchOne: os.sites.watchOne.handler(({ input, signal, errors }) => {
        if (!world.sites.has(input.siteId))
          throw errors.PROBLEM({ data: { code: 'site.not_found', params: {} } });
        return watch(() => ({ ...(world.sites.get(input.siteId) ?? fail('site.not_found')) }), signal);
      }),
      create: os.sites.create.handler(({ input }) => {
        note('sites.create', input);
        return { siteId: fakeId(1) };
      }),
      update: os.sites.update.handler(({ input }) => {
        note('sites.update', input);
        change((w) => {
          const site = w.sites.get(input.siteId);
          if (site) w.sites.set(site.id, { ...site, ...input.data });
        });
      }),
      remove: os.sites.remove.handler(({ input }) => {
        note('sites.remove', input);
      }),
      finish: os.sites.finish.handler(({ input, errors }) => {
        note('sites.finish', input);
        const site = world.sites.get(input.siteId);
        if (site?.findings.some((finding) => finding.severity === 'blocker')) {
          throw errors.PROBLEM({ data: { code: 'site.not_ready', params: {} } });
        }
        change((w) => {
          if (site)
            w.sites.set(site.id, {
              ...site,
              state: 'installed',
              finishedAt: new Date().toISOString(),
              finishedBy: 'Marek Visser',
            });
        });
      }),
    },
    devices: {
      add: os.devices.add.handler(({ input }) => {
        note('devices.add', input);
        return { deviceId: fakeId(1001) };
      }),
      update: os.devices.update.handler(({ input }) => {
        note('devices.update', input);
      }),
      remove: os.devices.remove.handler(({ input }) => {
        note('devices.remove', input);
      }),
      bindFound: os.devices.bindFound.handler(({ input }) => {
        note('devices.bindFound', input);
        const found = world.discovery.devices.find((each) => each.id === input.foundId);
        const { site, device } = deviceOf(input.deviceId);
        change((w) => {
          const devices = site.devices.map((each) =>
            each.id === device.id ? { ...each, mac: found?.mac ?? null } : each,
          );
          w.sites.set(site.id, { ...site, devices });
        });
      }),
      measure: os.devices.measure.handler(({ input }) => {
        note('devices.measure', input);
        return world.measure;
      }),
      log: os.devices.log.handler(({ input }) => {
        note('devices.log', input);
        const entries = world.log.filter(({ number }) => number > input.after).slice(0, 25);
        const last = entries.at(-1)?.number ?? input.after;
        return { entries, next: world.log.some(({ number }) => number > last) ? last : null };
      }),
      history: os.devices.history.handler(() => fakeHistory()),
      setClock: os.devices.setClock.handler(({ input }) => {
        note('devices.setClock', input);
      }),
    },
    register: {
      preview: os.register.preview.handler(({ input }) => {
        note('register.preview', { fileName: input.fileName, bytes: input.content.length });
        if (Buffer.from(input.content, 'base64').toString('utf8').includes('foreign')) {
          return fakeQuestion(input.fileName);
        }
        const bad = Buffer.from(input.content, 'base64').toString('utf8').includes('bad');
        return { ...fakePreview(input.fileName), problems: bad ? fakeFaults() : [] };
      }),
      accept: os.register.accept.handler(({ input }) => {
        note('register.accept', input);
        return { sites: 2, devices: 36 };
      }),
      columns: os.register.columns.handler(() => fakeQuestion('doors.xlsx')),
      map: os.register.map.handler(({ input }) => {
        note('register.map', input);
        return { ...fakePreview('doors.xlsx'), mapped: true };
      }),
      template: os.register.template.handler(({ input }) => {
        note('register.template', input);
        return { fileName: `register.${input.form}`, content: btoa('site,device\r\n') };
      }),
      export: os.register.export.handler(({ input }) => {
        note('register.export', input);
        return { fileName: `register.${input.form}`, content: btoa('site,device\r\n') };
      }),
    },
    firmware: {
      watch: os.firmware.watch.handler(({ signal }) => watch(() => ({ ...world.firmware }), signal)),
      import: os.firmware.import.handler(({ input, errors }) => {
        note('firmware.import', { ...input, content: input.content.length });
        const [image] = world.firmware.images;
        if (image === undefined || input.fileName.endsWith('.zip'))
          throw errors.PROBLEM({ data: { code: 'firmware.not_an_image', params: { file: input.fileName } } });
        const { fileName, model } = input;
        const added = { ...image, id: fakeId(9400), fileName, model, version: '2.0.0' };
        change((w) => {
          w.firmware = { images: [...w.firmware.images, added] };
        });
        return added;
      }),
      remove: os.firmware.remove.handler(({ input }) => {
        note('firmware.remove', input);
        change((w) => {
          w.firmware = { images: w.firmware.images.filter(({ id }) => id !== input.imageId) };
        });
      }),
    },
    discovery: {
      watch: os.discovery.watch.handler(({ signal }) => watch(() => ({ ...world.discovery }), signal)),
      addPort: os.discovery.addPort.handler(({ input, errors }) => {
        note('discovery.addPort', input);
        if (input.path.includes('nowhere'))
          throw errors.PROBLEM({
            data: {
              code: 'serial.no_such_port',
              params: { path: input.path, system: 'linux', grabber: 'none' },
            },
          });
      }),
      removePort: os.discovery.removePort.handler(({ input }) => {
        note('discovery.removePort', input);
      }),
      identify: os.discovery.identify.handler(({ input }) => {
        note('discovery.identify', input);
      }),
    },
    work: {
      watch: os.work.watch.handler(({ signal }) =>
        watch(() => (world.work === null ? null : { ...world.work }), signal),
      ),
      pairHub: os.work.pairHub.handler(({ input, errors }) => {
        note('work.pairHub', input);
        if (!world.clockTrusted) {
          throw errors.PROBLEM({
            data: { code: 'CLOCK_UNTRUSTED', params: { against: 'nothing', minutes: 0 } },
          });
        }
        const { site, device } = deviceOf(input.deviceId);
        if (input.activationCode === 'FF.FF.FF') {
          throw errors.PROBLEM({ data: { code: 'pairing.closed', params: {} } });
        }
        if (input.activationCode !== '7C.0B.E8') {
          throw errors.PROBLEM({ data: { code: 'pairing.wrong_code', params: { left: 3 } } });
        }
        change((w) => {
          const devices = site.devices.map((each) =>
            each.id === device.id ? { ...each, state: 'paired' as const } : each,
          );
          w.sites.set(site.id, { ...site, devices });
        });
      }),
      configureNetwork: os.work.configureNetwork.handler(({ input, errors }) => {
        note('work.configureNetwork', input);
        const { device } = deviceOf(input.deviceId);
        const reach = fakeReach(input.network, !input.prove);
        const proven = reach.targets.every(({ ok }) => ok);
        change((w) => {
          putDevice(w, device.id, {
            reach: { ...reach, kept: !input.prove || proven },
            networkProven: proven,
          });
        });
        if (!proven && input.prove) {
          throw errors.PROBLEM({
            data: { code: 'commission.network_unproven', params: { broken: 'cloud' } },
          });
        }
        return reach;
      }),
      scanNetworks: os.work.scanNetworks.handler(({ input }) => {
        note('work.scanNetworks', input);
        return world.heard;
      }),
      readNetwork: os.work.readNetwork.handler(() => world.hubNetwork),
      lastWifi: os.work.lastWifi.handler(() => world.lastWifi),
      forgetWifi: os.work.forgetWifi.handler(() => {
        note('work.forgetWifi', null);
        world.lastWifi = null;
      }),
      confirmClock: os.work.confirmClock.handler(() => {
        note('work.confirmClock', null);
        world.clockTrusted = true;
      }),
      attach: os.work.attach.handler(({ input }) => {
        note('work.attach', input);
        const site = world.sites.get(input.siteId);
        change((w) => {
          if (site) w.work = { ...fakeAttach(site), deviceIds: input.deviceIds };
        });
      }),
      detach: os.work.detach.handler(({ input }) => void note('work.detach', input)),
      move: os.work.move.handler(({ input }) => void note('work.move', input)),
      replace: os.work.replace.handler(({ input }) => void note('work.replace', input)),
      replaceHub: os.work.replaceHub.handler(({ input }) => void note('work.replaceHub', input)),
      reset: os.work.reset.handler(({ input }) => void note('work.reset', input)),
      updateFirmware: os.work.updateFirmware.handler(({ input }) => {
        note('work.updateFirmware', input);
        const site = world.sites.get(input.siteId);
        change((w) => {
          if (site)
            w.work = fakeUpdate(
              site,
              input.updates.map(({ deviceId }) => deviceId),
            );
        });
      }),
      testDoor: os.work.testDoor.handler(({ input }) => {
        note('work.testDoor', input);
      }),
      answer: os.work.answer.handler(({ input }) => {
        note('work.answer', input);
      }),
      cancel: os.work.cancel.handler(({ input }) => {
        note('work.cancel', input);
        change((w) => {
          if (w.work) w.work = { ...w.work, state: 'cancelled', needs: null };
        });
      }),
    },
    outbox: {
      watch: os.outbox.watch.handler(({ signal }) => watch(() => ({ ...world.outbox }), signal)),
      syncNow: os.outbox.syncNow.handler(() => {
        note('outbox.syncNow', null);
      }),
      retry: os.outbox.retry.handler(({ input }) => {
        note('outbox.retry', input);
      }),
      correctEmail: os.outbox.correctEmail.handler(({ input }) => {
        note('outbox.correctEmail', input);
      }),
    },
    practice: {
      watch: os.practice.watch.handler(({ signal }) =>
        watch(() => (world.practice === null ? null : { ...world.practice }), signal),
      ),
      importSample: os.practice.importSample.handler(() => {
        note('practice.importSample', null);
        return { sites: 1, devices: 4 };
      }),
      presentCard: os.practice.presentCard.handler(({ input }) => {
        note('practice.presentCard', input);
      }),
      pressButton: os.practice.pressButton.handler(({ input }) => {
        note('practice.pressButton', input);
      }),
      holdReset: os.practice.holdReset.handler(({ input }) => {
        note('practice.holdReset', input);
      }),
      setPower: os.practice.setPower.handler(({ input }) => {
        note('practice.setPower', input);
      }),
      setFault: os.practice.setFault.handler(({ input }) => {
        note('practice.setFault', input);
        change((w) => {
          if (w.practice === null) return;
          const devices = w.practice.devices.map((each) =>
            each.mac === input.mac ? { ...each, faults: input.on ? [input.fault] : [] } : each,
          );
          w.practice = { ...w.practice, devices };
        });
      }),
      setDistance: os.practice.setDistance.handler(({ input }) => {
        note('practice.setDistance', input);
      }),
      setSurroundings: os.practice.setSurroundings.handler(({ input }) => {
        note('practice.setSurroundings', input);
      }),
      makeWell: os.practice.makeWell.handler(() => {
        note('practice.makeWell', null);
      }),
      setReachable: os.practice.setReachable.handler(({ input }) => {
        note('practice.setReachable', input);
        change((w) => {
          if (w.practice) w.practice = { ...w.practice, cloudReachable: input.reachable };
        });
      }),
    },
  });
}

function fail(code: ErrorCode, params: ErrorParams = {}): never {
  throw new CodedError(code, params);
}
