import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addLock, createSite, type Person, startTestCloud, type TestCloud } from './support/cloud.ts';

const yearMs = 365 * 86_400_000;

describe('vouchers and seats', () => {
  let test: TestCloud;
  let person: Person;
  let serial = 0;
  beforeAll(async () => {
    test = await startTestCloud();
    person = await test.signIn();
  });
  afterAll(() => test.close());

  const voucher = (seats: number, plan = 'PRO') => {
    serial += 1;
    return `${plan}-${seats}-${String(serial).padStart(4, '0')}`;
  };
  const redeem = (siteId: string, code: string) =>
    person.call('PUT', `/installations/${siteId}/subscription`, { body: { voucher_code: code } });
  const seatStates = async (siteId: string) => {
    const { items } = (await person.call('GET', `/installations/${siteId}/locks`)).body;
    return items.map((lock: { subscription_state: string }) => lock.subscription_state);
  };

  it('C19 reads a voucher and redeems it once', async () => {
    const [site, other] = [await createSite(person), await createSite(person)];
    const code = voucher(50);
    const read = async () => (await person.call('GET', `/vouchers/${code}`)).body;
    expect(await read()).toEqual({
      voucher_code: code,
      plan: 'pro',
      seats: 50,
      valid_days: 365,
      voucher_state: 'available',
    });
    const first = await redeem(site.id, code);
    expect(Date.parse(first.body.ends_at) - Date.parse(first.body.starts_at)).toBe(yearMs);
    expect((await read()).voucher_state).toBe('redeemed');
    const again = await redeem(site.id, code);
    expect([again.status, again.body]).toEqual([200, first.body]);
    expect((await redeem(other.id, code)).body.code).toBe('voucher_unusable');
    const rows = (await test.ledger(site.id)).filter((row) => row.event === 'subscription.redeemed');
    expect(rows).toHaveLength(1);
  });

  it('C19 knows expired and unknown codes', async () => {
    const site = await createSite(person);
    expect((await person.call('GET', '/vouchers/PRO-5-12X')).body.voucher_state).toBe('expired');
    expect((await redeem(site.id, 'PRO-5-12X')).body.code).toBe('voucher_unusable');
    for (const code of ['GOLD-5-1', 'PRO-0-1', 'PRO-10000-1', 'PRO-5-']) {
      expect((await person.call('GET', `/vouchers/${code}`)).body.code).toBe('not_found');
      expect((await redeem(site.id, code)).body.code).toBe('voucher_unknown');
    }
    expect((await redeem(site.id, 'pro-5-1')).body.code).toBe('validation_failed');
  });

  it('C19 carries over what was left, in seats and whole seconds', async () => {
    const site = await createSite(person);
    const old = (await redeem(site.id, voucher(30))).body;
    await test.advance(100 * 86_400);
    const next = (await redeem(site.id, voucher(20, 'LITE'))).body;
    const leftMs = Date.parse(old.ends_at) - Date.parse(next.starts_at);
    const carriedMs = Date.parse(next.ends_at) - Date.parse(next.starts_at) - yearMs;
    expect(carriedMs).toBe(Math.floor((leftMs * 1.5) / 1000) * 1000);
    expect(next).toMatchObject({ plan: 'lite', seats: 20 });
  });

  it('C19 a voucher that has run out is unusable, on its own site too', async () => {
    const site = await createSite(person);
    const code = voucher(3);
    await redeem(site.id, code);
    await test.advance(365 * 86_400);
    expect((await redeem(site.id, code)).body.code).toBe('voucher_unusable');
  });

  it('C20 works the seats out at each reading', async () => {
    const site = await createSite(person);
    const locks = [
      await addLock(person, site.id),
      await addLock(person, site.id),
      await addLock(person, site.id),
    ];
    expect(await seatStates(site.id)).toEqual(['suspended', 'suspended', 'suspended']);
    const subscription = await redeem(site.id, voucher(2));
    expect(subscription.body).toMatchObject({ seats: 2, seats_used: 2, subscription_state: 'subscribed' });
    expect(await seatStates(site.id)).toEqual(['subscribed', 'subscribed', 'suspended']);
    const beyond = await addLock(person, site.id);
    expect(beyond).toBeTruthy();
    await person.call('DELETE', `/installations/${site.id}/locks?ids=${locks[0]}`);
    expect(await seatStates(site.id)).toEqual(['subscribed', 'subscribed', 'suspended']);
    const since = new Date(await test.now()).toISOString();
    await test.advance(365 * 86_400);
    expect(await seatStates(site.id)).toEqual(['suspended', 'suspended', 'suspended']);
    // The end of a subscription is shown in the installation, so it moves updated_at.
    const found = (await person.call('GET', `/installations?updated_since=${since}`)).body.items;
    const shown = found.find((item: { id: string }) => item.id === site.id);
    expect(shown.subscription.subscription_state).toBe('suspended');
    expect(shown.updated_at).toBe(subscription.body.ends_at);
  });
});
