import { describe, expect, it } from 'vitest';
import type { PlannedDevice } from '../../../native/virtual/index.ts';
import { hubMac, openBench, problemOf } from './bench.ts';

const repeater: PlannedDevice = { kind: 'repeater', mac: '4F.B2.31', radio: 'rf_net' };
const lock: PlannedDevice = { kind: 'lock', mac: '7C.1A.01', radio: 'rf_net', parentMac: repeater.mac };

describe('the maintenance card', () => {
  it('attaches a repeater whose code nobody entered, and what hangs below it', async () => {
    const { pair, attach, when, planned, virtual } = await openBench([repeater, lock]);
    await pair();
    const attaching = attach(lock.mac);
    for (const { mac } of [repeater, lock]) {
      const { id } = planned(mac);
      await when(({ needs, deviceIds }) => needs === 'present_card' && deviceIds[0] === id);
      expect(virtual(mac).presentCard()).toBe(true);
    }
    await attaching;
    expect([planned(repeater.mac).state, planned(lock.mac).state]).toEqual(['attached', 'attached']);
    expect(virtual(hubMac).flashReport).toMatchObject({
      armed: false,
      tree: { items: [{ id: repeater.mac }, { id: lock.mac, parent: repeater.mac }] },
    });
  });

  it('is waited for no longer where the hub goes dead, which then knows nothing of it', async () => {
    const { pair, attach, when, virtual, shown, planned } = await openBench([repeater]);
    await pair();
    const attaching = problemOf(attach(repeater.mac));
    await when(({ needs }) => needs === 'present_card');
    expect(virtual(hubMac).flashReport.armed).toBe(true);
    virtual(hubMac).powerOff();
    expect(await attaching).toMatchObject({ code: 'serial.port_gone' });
    expect(shown.at(-1)).toMatchObject({ state: 'failed', failsafeEndsAt: null, needs: null });
    virtual(hubMac).powerOn();
    expect(virtual(hubMac).flashReport).toMatchObject({ armed: false, tree: { items: [] } });
    expect(planned(repeater.mac).state).toBe('code_captured');
  });
});
