import { describe, expect, it, vi } from 'vitest';
import type { DoorCheck, Work } from '../../../electron/contract/index.ts';
import type { PlannedDevice } from '../../../native/virtual/index.ts';
import { hubMac, lockMac, openBench, problemOf } from './bench.ts';

const lock: PlannedDevice = { kind: 'lock', mac: lockMac(1) };
const mac = lock.mac;
const asked: readonly DoorCheck[] = ['lamp_buzzer', 'motor', 'handle', 'valid_tag', 'foreign_tag', 'latch'];

/** A site with an attached lock, and a person who answers. */
async function openDoor() {
  const bench = await openBench([lock]);
  await bench.pair();
  await bench.attach(mac);
  const { commissioning, when, planned, store } = bench;
  const test = () => commissioning.testDoor(planned(mac).id);
  /** Answers the checks that are asked, in the order in which they have to be asked. */
  const answer = async (...answers: readonly (readonly [DoorCheck, 'passed' | 'failed' | 'repeat'])[]) => {
    let before: Work | undefined;
    for (const [check, verdict] of answers) {
      const work = await when((now) => now.question !== null && now.since !== before?.since);
      expect(work).toMatchObject({ question: check, state: 'running', deviceIds: [planned(mac).id] });
      before = work;
      // The next question is told from this one by its moment, which has milliseconds.
      await new Promise((resolve) => setTimeout(resolve, 2));
      commissioning.answer(work.id, check, verdict);
    }
  };
  const results = () =>
    Object.fromEntries(
      store.checks.ofDevice(planned(mac).id).map(({ check, result, by }) => [check, `${result} ${by}`]),
    );
  return { ...bench, test, answer, results };
}

const passed = (check: DoorCheck) => [check, 'passed'] as const;

describe('the door test', () => {
  it('asks the hub what it can judge and the person the rest; then the door is tested', async () => {
    const { test, answer, results, planned, store, siteId } = await openDoor();
    const testing = test();
    await answer(...asked.map(passed));
    await testing;
    expect(results()).toEqual({
      heard: 'passed hub',
      ...Object.fromEntries(asked.map((check) => [check, 'passed Iris'])),
    });
    expect(planned(mac)).toMatchObject({ state: 'tested', heardAt: expect.any(Number) });
    expect(store.audit.ofSite(siteId, 50).filter(({ action }) => action === 'door.checked')).toHaveLength(7);
  });

  it('takes no answer for a check that it asks no more: a key pressed twice passes one check', async () => {
    const { test, answer, results, commissioning, when } = await openDoor();
    const testing = test();
    await answer(passed('lamp_buzzer'));
    const { id } = await when((now) => now.question === 'motor');
    expect(() => commissioning.answer(id, 'lamp_buzzer', 'passed')).toThrow('work.not_running');
    expect(results()).not.toHaveProperty('motor');
    await answer(...asked.slice(1).map(passed));
    await testing;
  });

  it('lets the lock judge for itself where a hand at it lets the laptop in', async () => {
    const { test, answer, results, virtual, discovery, commissioning } = await openDoor();
    virtual(mac).presentCard();
    await new Promise<void>((resolve) => {
      const stop = discovery.subscribe(() => {
        if (discovery.byMac(mac)?.state !== 'pairing_open') return;
        stop();
        resolve();
      });
    });
    const testing = test();
    await answer(...asked.filter((check) => check !== 'motor').map(passed));
    await testing;
    expect(results()).toMatchObject({ motor: 'passed lock', lamp_buzzer: 'passed Iris' });
    expect(commissioning.current()).toMatchObject({ state: 'done' });
    expect(discovery.byMac(mac)).toMatchObject({ connected: false });
  });

  it('makes the door faulty by one failed check, leaves its lock attached, and asks that check alone again', async () => {
    const { test, answer, results, planned, virtual } = await openDoor();
    const testing = test();
    await answer(passed('lamp_buzzer'), passed('motor'), ['handle', 'failed'], passed('valid_tag'));
    expect(planned(mac).state).toBe('faulty');
    await answer(passed('foreign_tag'), passed('latch'));
    await testing;
    expect(planned(mac).state).toBe('faulty');
    expect(virtual(mac).flashReport.membership).toEqual({ state: 'attached', iq: hubMac });
    const again = test();
    await answer(['handle', 'passed']);
    await again;
    expect(planned(mac).state).toBe('tested');
    expect(results().handle).toBe('passed Iris');
  });

  it('asks a check once more on repeat, and counts nothing for it', async () => {
    const { test, answer, results, store, planned } = await openDoor();
    const testing = test();
    await answer(['lamp_buzzer', 'repeat'], ['lamp_buzzer', 'repeat'], ...asked.map(passed));
    await testing;
    expect(results().lamp_buzzer).toBe('passed Iris');
    expect(store.checks.ofDevice(planned(mac).id)).toHaveLength(7);
  });

  it('may be left for later, and goes on with what is open; a tested door is tested as a whole', async () => {
    const { test, answer, results, commissioning, when, planned } = await openDoor();
    const testing = problemOf(test());
    await answer(passed('lamp_buzzer'), passed('motor'));
    const { id } = await when(({ question }) => question === 'handle');
    commissioning.cancel(id);
    expect(await testing).toEqual({ code: 'commission.cancelled', params: {} });
    expect(() => commissioning.answer(id, 'handle', 'passed')).toThrow('work.not_running');
    expect(Object.keys(results()).toSorted()).toEqual(['heard', 'lamp_buzzer', 'motor']);
    expect(planned(mac).state).toBe('attached');

    const later = test();
    await answer(passed('handle'), passed('valid_tag'), passed('foreign_tag'), passed('latch'));
    await later;
    expect(planned(mac).state).toBe('tested');

    const whole = test();
    await answer(...asked.map(passed));
    await whole;
    expect(planned(mac).state).toBe('tested');
  });

  it('asks the person everything where the hub is not at hand', async () => {
    const { test, answer, results, virtual, planned } = await openDoor();
    virtual(hubMac).powerOff();
    const testing = test();
    await answer(passed('heard'), ...asked.map(passed));
    await testing;
    expect(results().heard).toBe('passed Iris');
    expect(planned(mac).state).toBe('tested');
  });

  it('fails what the hub has not heard', async () => {
    const { test, answer, results, virtual, planned } = await openDoor();
    virtual(mac).powerOff();
    virtual(hubMac).restart();
    await vi.waitUntil(() => virtual(hubMac).powered);
    const testing = test();
    await answer(...asked.map(passed));
    await testing;
    expect(results().heard).toBe('failed hub');
    expect(planned(mac).state).toBe('faulty');
  });

  it('is for attached locks alone', async () => {
    const { commissioning, planned, attach, sites, siteId, store } = await openDoor();
    const code = async (id: string) => (await problemOf(commissioning.testDoor(id)))?.code;
    expect(await code(planned(hubMac).id)).toBe('work.not_attached');
    const loose = sites.addDevice(siteId, 'lock', planned(hubMac).id, { mac: lockMac(2) });
    expect(await code(loose)).toBe('work.not_attached');
    store.devices.change(planned(mac).id, { state: 'detached' }, 1);
    expect(await code(planned(mac).id)).toBe('work.not_attached');
    expect(() => commissioning.testDoor(siteId)).toThrow('site.device_not_found');
    store.sites.change(siteId, { state: 'installed', finishedAt: 1 }, 1);
    expect(() => commissioning.testDoor(planned(mac).id)).toThrow('site.finished');
    expect(await problemOf(attach(mac))).toMatchObject({ code: 'site.finished' });
    expect(() => commissioning.answer(siteId, 'motor', 'passed')).toThrow('work.not_running');
  });
});
