import { implement, ORPCError } from '@orpc/server';
import { asCodedError, CodedError, contract, type Problem } from '../contract/index.ts';
import type { Core } from './core.ts';
import type { RegisterFile } from './register/index.ts';
import { watch } from './watch.ts';

/** What every procedure gets from the host. */
export interface HostContext {
  /** The parts that work now; they change when practice mode begins or ends. */
  readonly core: () => Core;
  /** Begins practice mode. */
  readonly practise: () => Promise<void>;
  /** Writes down what nobody foresaw and answers what to tell the person. */
  readonly report: (caught: unknown) => Problem;
}

/** Turns what was thrown into the contract's one declared error. */
function refusal(caught: unknown, report: HostContext['report']): ORPCError<string, unknown> {
  if (caught instanceof ORPCError && caught.code === 'PROBLEM') return caught;
  const coded = isBadRequest(caught) ? new CodedError('app.bad_request') : asCodedError(caught);
  const problem = coded.code === 'app.internal' ? report(caught) : coded.problem;
  return new ORPCError('PROBLEM', { status: 422, message: problem.code, data: problem });
}

/** What does not keep to the contract's schemas on its way in; what it holds is told to nobody. */
function isBadRequest(caught: unknown): boolean {
  return caught instanceof ORPCError && caught.code === 'BAD_REQUEST';
}

/** A register file as the contract carries it. */
function sentFile({ fileName, bytes }: RegisterFile): { fileName: string; content: string } {
  return { fileName, content: Buffer.from(bytes).toString('base64') };
}

/** The contract, implemented on whatever core is open. */
export function createRouter() {
  const os = implement(contract)
    .$context<HostContext>()
    .use(async ({ context, next }) => {
      try {
        return await next();
      } catch (caught) {
        throw refusal(caught, context.report);
      }
    });

  /** Gives what `events` of the core gives; ends when the caller leaves or the core is closed. */
  async function* follow<T>(
    context: HostContext,
    signal: AbortSignal | undefined,
    events: (core: Core, end: AbortSignal) => AsyncGenerator<T, void, void>,
  ): AsyncGenerator<T, void, void> {
    const core = context.core();
    const end = signal === undefined ? core.closing : AbortSignal.any([signal, core.closing]);
    try {
      yield* events(core, end);
    } catch (caught) {
      throw refusal(caught, context.report);
    }
  }

  /** Watches one view of the core. */
  function watchCore<T>(
    context: HostContext,
    signal: AbortSignal | undefined,
    view: (core: Core) => { snapshot: () => T; subscribe: (changed: () => void) => () => void },
  ): AsyncGenerator<T, void, void> {
    return follow(context, signal, (core, end) => watch({ ...view(core), signal: end }));
  }

  return os.router({
    app: {
      watch: os.app.watch.handler(({ context, signal }) =>
        watchCore(context, signal, (core) => ({ snapshot: core.appState, subscribe: core.onAppChange })),
      ),
      practise: os.app.practise.handler(({ context }) => context.practise()),
      forgetRecovery: os.app.forgetRecovery.handler(({ context }) =>
        context.core().store.health.forgetRecovered(),
      ),
    },
    account: {
      signIn: os.account.signIn.handler(({ context, signal }) => context.core().signIn(signal)),
      signOut: os.account.signOut.handler(({ context }) => context.core().signOut()),
    },
    sites: {
      watch: os.sites.watch.handler(({ context, signal }) =>
        follow(context, signal, (core, end) => core.siteList.watch(end)),
      ),
      watchOne: os.sites.watchOne.handler(({ context, input, signal }) => {
        context.core().siteList.one(input.siteId);
        return watchCore(context, signal, (core) => ({
          snapshot: () => core.siteList.one(input.siteId),
          subscribe: (changed) => core.siteList.subscribe(input.siteId, changed),
        }));
      }),
      create: os.sites.create.handler(({ context, input }) => ({
        siteId: context.core().sites.create(input),
      })),
      update: os.sites.update.handler(({ context, input }) =>
        context.core().sites.update(input.siteId, input.data),
      ),
      remove: os.sites.remove.handler(({ context, input }) => context.core().sites.remove(input.siteId)),
      finish: os.sites.finish.handler(({ context, input }) => context.core().finish(input.siteId)),
    },
    devices: {
      add: os.devices.add.handler(({ context, input }) => ({
        deviceId: context.core().sites.addDevice(input.siteId, input.kind, input.parentId, input.edit),
      })),
      update: os.devices.update.handler(({ context, input }) =>
        context.core().sites.updateDevice(input.deviceId, input.edit),
      ),
      remove: os.devices.remove.handler(({ context, input }) =>
        context.core().sites.removeDevice(input.deviceId),
      ),
      bindFound: os.devices.bindFound.handler(({ context, input }) => {
        const core = context.core();
        core.sites.bind(input.deviceId, core.discovery.get(input.foundId));
      }),
      measure: os.devices.measure.handler(({ context, input, signal }) =>
        context.core().commissioning.looks.measure(input.deviceId, signal),
      ),
      log: os.devices.log.handler(({ context, input, signal }) =>
        context.core().commissioning.looks.log(input.deviceId, input.after, signal),
      ),
      history: os.devices.history.handler(({ context, input }) =>
        context.core().commissioning.looks.history(input.deviceId),
      ),
      setClock: os.devices.setClock.handler(({ context, input, signal }) =>
        context.core().commissioning.looks.setClock(input.deviceId, signal),
      ),
    },
    register: {
      preview: os.register.preview.handler(({ context, input }) =>
        context.core().register.read(input.fileName, Buffer.from(input.content, 'base64')),
      ),
      columns: os.register.columns.handler(({ context, input }) =>
        context.core().register.columns(input.previewId),
      ),
      map: os.register.map.handler(({ context, input }) =>
        context.core().register.map(input.previewId, input.places),
      ),
      accept: os.register.accept.handler(({ context, input }) =>
        context.core().register.accept(input.previewId),
      ),
      template: os.register.template.handler(async ({ context, input }) =>
        sentFile(await context.core().register.template(input.form)),
      ),
      export: os.register.export.handler(async ({ context, input }) =>
        sentFile(await context.core().register.export(input.siteIds, input.form)),
      ),
    },
    firmware: {
      watch: os.firmware.watch.handler(({ context, signal }) =>
        watchCore(context, signal, ({ firmware }) => ({
          snapshot: () => ({ images: firmware.list() }),
          subscribe: firmware.subscribe,
        })),
      ),
      import: os.firmware.import.handler(({ context, input: { content, ...file } }) =>
        context.core().firmware.add({ ...file, content: Buffer.from(content, 'base64') }),
      ),
      remove: os.firmware.remove.handler(({ context, input }) =>
        context.core().firmware.remove(input.imageId),
      ),
    },
    discovery: {
      watch: os.discovery.watch.handler(({ context, signal }) =>
        watchCore(context, signal, ({ discovery }) => ({
          snapshot: discovery.view,
          subscribe: discovery.subscribe,
        })),
      ),
      addPort: os.discovery.addPort.handler(({ context, input }) =>
        context.core().discovery.addPort(input.path),
      ),
      removePort: os.discovery.removePort.handler(({ context, input }) =>
        context.core().discovery.removePort(input.path),
      ),
      identify: os.discovery.identify.handler(({ context, input, signal }) =>
        context.core().commissioning.identify(input.foundId, input.seconds, signal),
      ),
    },
    work: {
      watch: os.work.watch.handler(({ context, signal }) =>
        watchCore(context, signal, ({ commissioning }) => ({
          snapshot: commissioning.current,
          subscribe: commissioning.subscribe,
        })),
      ),
      pairHub: os.work.pairHub.handler(({ context, input }) =>
        context.core().commissioning.pairHub(input.deviceId, input.foundId, input.activationCode),
      ),
      configureNetwork: os.work.configureNetwork.handler(({ context, input }) =>
        context.core().commissioning.configureNetwork(input.deviceId, input.network, input.prove),
      ),
      scanNetworks: os.work.scanNetworks.handler(({ context, input, signal }) =>
        context.core().commissioning.networks.scan(input.deviceId, signal),
      ),
      readNetwork: os.work.readNetwork.handler(({ context, input, signal }) =>
        context.core().commissioning.networks.read(input.deviceId, signal),
      ),
      lastWifi: os.work.lastWifi.handler(({ context }) => context.core().commissioning.networks.lastWifi()),
      forgetWifi: os.work.forgetWifi.handler(({ context }) =>
        context.core().commissioning.networks.forgetWifi(),
      ),
      confirmClock: os.work.confirmClock.handler(({ context }) =>
        context.core().commissioning.clockTrust.confirm(),
      ),
      attach: os.work.attach.handler(({ context, input }) =>
        context.core().commissioning.attach(input.siteId, input.deviceIds),
      ),
      updateFirmware: os.work.updateFirmware.handler(({ context, input }) =>
        context.core().commissioning.updateFirmware(input.siteId, input.updates),
      ),
      detach: os.work.detach.handler(({ context, input }) =>
        context.core().commissioning.detach(input.siteId, input.deviceIds, input.force),
      ),
      move: os.work.move.handler(({ context, input }) =>
        context.core().commissioning.move(input.deviceId, input.parentId),
      ),
      replace: os.work.replace.handler(({ context, input }) =>
        context.core().commissioning.replace(input.deviceId, input.force),
      ),
      replaceHub: os.work.replaceHub.handler(({ context, input }) =>
        context.core().commissioning.replaceHub(input.deviceId, input.foundId, input.activationCode),
      ),
      reset: os.work.reset.handler(({ context, input }) =>
        context.core().commissioning.reset(input.deviceId),
      ),
      testDoor: os.work.testDoor.handler(({ context, input }) =>
        context.core().commissioning.testDoor(input.deviceId),
      ),
      answer: os.work.answer.handler(({ context, input }) =>
        context.core().commissioning.answer(input.workId, input.check, input.answer),
      ),
      cancel: os.work.cancel.handler(({ context, input }) =>
        context.core().commissioning.cancel(input.workId),
      ),
    },
    outbox: {
      watch: os.outbox.watch.handler(({ context, signal }) =>
        watchCore(context, signal, (core) => ({ snapshot: core.outboxView, subscribe: core.onOutboxChange })),
      ),
      syncNow: os.outbox.syncNow.handler(({ context }) => context.core().syncNow()),
      retry: os.outbox.retry.handler(({ context, input }) => context.core().retry(input.siteId)),
      correctEmail: os.outbox.correctEmail.handler(({ context, input }) =>
        context.core().correctEmail(input.siteId, input.email, input.emailRepeated),
      ),
    },
    practice: {
      watch: os.practice.watch.handler(({ context, signal }) =>
        watchCore(context, signal, ({ practice }) => ({
          snapshot: () => practice?.view() ?? null,
          subscribe: (changed) => practice?.subscribe(changed) ?? (() => {}),
        })),
      ),
      importSample: os.practice.importSample.handler(({ context }) => context.core().importSample()),
      presentCard: os.practice.presentCard.handler(({ context, input }) =>
        context.core().practiceWorld().presentCard(input.mac),
      ),
      pressButton: os.practice.pressButton.handler(({ context, input }) =>
        context.core().practiceWorld().pressButton(input.mac),
      ),
      holdReset: os.practice.holdReset.handler(({ context, input }) =>
        context.core().practiceWorld().holdReset(input.mac),
      ),
      setPower: os.practice.setPower.handler(({ context, input }) =>
        context.core().practiceWorld().setPower(input.mac, input.on),
      ),
      setFault: os.practice.setFault.handler(({ context, input }) =>
        context.core().practiceWorld().setFault(input.mac, input.fault, input.on),
      ),
      setDistance: os.practice.setDistance.handler(({ context, input }) =>
        context.core().practiceWorld().setDistance(input.mac, input.metres),
      ),
      setSurroundings: os.practice.setSurroundings.handler(({ context, input }) =>
        context.core().practiceWorld().setSurroundings(input),
      ),
      makeWell: os.practice.makeWell.handler(({ context }) => context.core().practiceWorld().makeWell()),
      setReachable: os.practice.setReachable.handler(({ context, input }) =>
        context.core().practiceWorld().setReachable(input.reachable),
      ),
    },
  });
}
