import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  addIq,
  addLock,
  addRepeater,
  createSite,
  nextCode,
  type Person,
  rules,
  startTestCloud,
  type TestCloud,
} from './support/cloud.ts';

interface Item {
  id: string;
  parent_id: string | null;
  hardware_type: string;
}
const lock = (id: string, parent: string | null = null): Item => ({
  id,
  parent_id: parent,
  hardware_type: 'lock',
});
const repeater = (id: string, parent: string | null = null): Item => ({
  id,
  parent_id: parent,
  hardware_type: 'repeater',
});

describe('hardware and trees', () => {
  let test: TestCloud;
  let person: Person;
  let siteId: string;
  beforeAll(async () => {
    test = await startTestCloud();
    person = await test.signIn();
  });
  afterAll(() => test.close());

  const site = async () => {
    siteId = (await createSite(person)).id;
    return siteId;
  };
  const treePath = (iq: string) => `/installations/${siteId}/iqs/${iq}/tree`;
  const readTree = (iq: string) => person.call('GET', treePath(iq));
  /** Puts a tree on what is there now. */
  const put = async (iq: string, items: Item[]) => {
    const etag = (await readTree(iq)).headers.get('etag') ?? '';
    return person.call('PUT', treePath(iq), {
      body: { iq_tree_items: items },
      headers: { 'if-match': etag },
    });
  };
  const lockState = async (id: string) => {
    const { items } = (await person.call('GET', `/installations/${siteId}/locks`)).body;
    return items.find((item: { id: string }) => item.id === id)?.iq_link_state as string | undefined;
  };
  const remove = (kind: string, ids: string[]) =>
    person.call('DELETE', `/installations/${siteId}/${kind}?ids=${ids.join()}`);

  it('C17 creates an installation in progress with a site UID of its own, equal names or not', async () => {
    const answers = [await createSite(person), await createSite(person)];
    expect(answers[0]?.site_uid).toMatch(/^NL\d{10}$/);
    expect(answers[0]?.site_uid).not.toBe(answers[1]?.site_uid);
    const { body } = await person.call('GET', `/installations/${answers[0]?.id}`);
    expect(body).toMatchObject({
      installation_state: 'in_progress',
      subscription: null,
      invitation: null,
      iq_count: 0,
    });
    expect(body.created_by).toBe('Iris Installer');
  });

  it('C18 changes what was sent and nothing else; an equal value is no change', async () => {
    const id = await site();
    const path = `/installations/${id}`;
    const body = { customer_reference: 'Quay', owner: { email: 'new@example.org' } };
    const changed = (await person.call('PATCH', path, { body })).body;
    expect(changed).toMatchObject({ customer_reference: 'Quay', business_type: 'office' });
    expect(changed.owner).toEqual({
      full_name: 'Ann van der Meer',
      email: 'new@example.org',
      language: 'nl',
    });
    await person.call('PATCH', path, { body });
    const rows = (await test.ledger(id)).filter((row) => row.event === 'installation.changed');
    expect(rows).toHaveLength(1);
    const cleared = await person.call('PATCH', path, { body: { customer_reference: null } });
    expect(rules(cleared)).toContain('type@/customer_reference');
  });

  it('C21 knows a code in every spelling, over all companies, and says where it is only at home', async () => {
    await site();
    const iq = await addIq(person, siteId, { activation_code: '0B:a2-fF' });
    const body = { customer_reference: 'Other', activation_code: '0b.A2.FF' };
    const here = await person.call('POST', `/installations/${siteId}/iqs`, { body });
    expect([here.status, here.body.code, here.body.existing_id]).toEqual([409, 'activation_code_taken', iq]);
    const other = await test.signIn('other@example.org');
    const tenant_id = (await other.call('GET', '/me')).body.tenants[0].id;
    const foreign = await createSite(other, { tenant_id });
    const there = await other.call('POST', `/installations/${foreign.id}/iqs`, { body });
    expect([there.status, there.body.existing_id]).toEqual([409, undefined]);
    const rejected = await person.call('POST', `/installations/${siteId}/iqs`, {
      body: { customer_reference: 'None', activation_code: '00.00.00' },
    });
    expect([rejected.status, rejected.body.code]).toEqual([422, 'activation_code_rejected']);
  });

  it('C21 replaces an IQ: id, name and tree stay, the MAC goes', async () => {
    await site();
    const iq = await addIq(person, siteId, { mac: '04.A3.00' });
    const door = await addLock(person, siteId);
    await put(iq, [lock(door)]);
    const path = `/installations/${siteId}/iqs/${iq}`;
    const replaced = await person.call('PATCH', path, { body: { activation_code: nextCode() } });
    expect(replaced.body).toMatchObject({ id: iq, customer_reference: 'IQ', mac: null });
    expect((await readTree(iq)).body.iq_tree_items).toMatchObject([{ id: door, iq_link_state: 'attached' }]);
    const code = nextCode();
    const withMac = await person.call('PATCH', path, { body: { activation_code: code, mac: '04.A3.01' } });
    expect(withMac.body.mac).toBe('04.A3.01');
    const same = await person.call('PATCH', path, {
      body: { activation_code: code, customer_reference: 'Cellar' },
    });
    expect(same.body).toMatchObject({ mac: '04.A3.01', customer_reference: 'Cellar' });
  });

  it('keeps no activation code in the clear (product.md, Formats)', async () => {
    await site();
    await addIq(person, siteId, { activation_code: 'SECRETCODE7788' });
    await test.restart();
    for (const name of ['practice.sqlite', 'practice.sqlite-wal']) {
      const file = join(test.dataDir, name);
      expect(readFileSync(file).includes('SECRETCODE7788')).toBe(false);
    }
  });

  it('C22 names every broken rule with its place', async () => {
    await site();
    const [iq, otherIq] = [await addIq(person, siteId), await addIq(person, siteId)];
    const [near, far, elsewhere] = [
      await addLock(person, siteId),
      await addLock(person, siteId),
      await addLock(person, siteId),
    ];
    const blue = await addLock(person, siteId, { communication_type: 'blue_net' });
    const hall = await addRepeater(person, siteId);
    const unknown = randomUUID();
    await put(otherIq, [lock(elsewhere)]);
    const answer = await put(iq, [
      repeater(hall),
      lock(unknown),
      lock(near, hall),
      lock(near),
      repeater(far),
      lock(elsewhere),
      lock(blue),
    ]);
    expect([answer.status, answer.body.code]).toEqual([422, 'tree_invalid']);
    expect(rules(answer)).toEqual([
      'UNKNOWN_ID@/iq_tree_items/1',
      'DUPLICATE_ID@/iq_tree_items/3',
      'KIND@/iq_tree_items/4',
      'IN_OTHER_TREE@/iq_tree_items/5',
      'LOCK_BESIDE_REPEATER@/iq_tree_items/6',
    ]);
    const below = await put(iq, [lock(far, hall), repeater(hall), lock(blue, hall), lock(near, far)]);
    expect(rules(below)).toEqual([
      'PARENT@/iq_tree_items/0',
      'RADIO_MISMATCH@/iq_tree_items/2',
      'PARENT@/iq_tree_items/3',
    ]);
    expect((await readTree(iq)).body.iq_tree_items).toEqual([]);
  });

  it('C22 counts: 16 locks, 6 repeaters, 3 in a row, 2 branches', async () => {
    await site();
    const iq = await addIq(person, siteId);
    const locks = await Promise.all(Array.from({ length: 17 }, () => addLock(person, siteId)));
    const repeaters = await Promise.all(Array.from({ length: 7 }, () => addRepeater(person, siteId)));
    expect(
      rules(
        await put(
          iq,
          locks.map((id) => lock(id)),
        ),
      ),
    ).toEqual(['IQ_LOCKS_MAX@/iq_tree_items/16']);
    expect(
      rules(
        await put(
          iq,
          repeaters.map((id) => repeater(id)),
        ),
      ),
    ).toEqual(['IQ_REPEATERS_MAX@/iq_tree_items/6']);
    const chain = repeaters.slice(0, 4).map((id, index) => repeater(id, repeaters[index - 1] ?? null));
    expect(rules(await put(iq, chain))).toEqual(['REPEATER_DEPTH@/iq_tree_items/3']);
    const [top = '', ...rest] = repeaters;
    const branches = [
      repeater(top),
      ...rest.slice(0, 3).map((id) => repeater(id, top)),
      lock(locks[0] ?? '', top),
    ];
    expect(rules(await put(iq, branches))).toEqual(['REPEATER_BRANCHES@/iq_tree_items/3']);
    expect(
      (
        await put(
          iq,
          locks.slice(0, 16).map((id) => lock(id)),
        )
      ).status,
    ).toBe(200);
  });

  it('C23 replaces all or nothing, keeps the order, and moves the ETag with it alone', async () => {
    await site();
    const iq = await addIq(person, siteId);
    const doors = [
      await addLock(person, siteId),
      await addLock(person, siteId),
      await addLock(person, siteId),
    ];
    const first = await put(
      iq,
      doors.map((id) => lock(id)),
    );
    expect(first.body.iq_tree_items.map((item: Item) => item.id)).toEqual(doors);
    const before = await test.ledger(siteId);
    const equal = await put(
      iq,
      doors.map((id) => lock(id.toUpperCase())),
    );
    expect(equal.headers.get('etag')).toBe(first.headers.get('etag'));
    expect(await test.ledger(siteId)).toEqual(before);
    const turned = await put(
      iq,
      [...doors].reverse().map((id) => lock(id)),
    );
    expect(turned.headers.get('etag')).not.toBe(first.headers.get('etag'));
    const stale = await person.call('PUT', treePath(iq), {
      body: { iq_tree_items: [] },
      headers: { 'if-match': first.headers.get('etag') ?? '' },
    });
    expect([stale.status, stale.headers.get('etag')]).toEqual([412, turned.headers.get('etag')]);
  });

  it('C23 lets a hanging lock return only to the tree it left, until it is forced', async () => {
    await site();
    const [iq, otherIq] = [await addIq(person, siteId), await addIq(person, siteId)];
    const door = await addLock(person, siteId);
    await put(iq, [lock(door)]);
    await test.traps({ detach_hangs: true });
    await put(iq, []);
    expect(await lockState(door)).toBe('detached_pending');
    expect(rules(await put(otherIq, [lock(door)]))).toEqual(['DETACH_PENDING@/iq_tree_items/0']);
    expect((await remove('locks', [door])).body.code).toBe('detach_pending');
    expect((await put(iq, [lock(door)])).status).toBe(200);
    const path = `/installations/${siteId}/locks/${door}/detach`;
    expect((await person.call('PATCH', path, { body: { force: true } })).body.code).toBe('device_in_tree');
    await put(iq, []);
    await test.clearTraps();
    expect(await lockState(door)).toBe('detached_pending');
    for (const _ of [1, 2]) {
      const forced = await person.call('PATCH', path, { body: { force: true } });
      expect([forced.status, forced.body.iq_link_state]).toEqual([200, 'detached']);
    }
    const rows = (await test.ledger(siteId)).filter((row) => row.event === 'lock.detach_forced');
    expect(rows).toHaveLength(1);
    expect((await put(otherIq, [lock(door)])).status).toBe(200);
  });

  it('C24 deletes all or nothing', async () => {
    await site();
    const iq = await addIq(person, siteId);
    const [inTree, free] = [await addLock(person, siteId), await addLock(person, siteId)];
    await put(iq, [lock(inTree)]);
    expect((await remove('locks', [free, inTree])).body.code).toBe('device_in_tree');
    expect((await remove('iqs', [iq])).body.code).toBe('iq_not_empty');
    expect(await lockState(free)).toBe('detached');
    expect((await remove('locks', [free, randomUUID()])).status).toBe(204);
    expect((await remove('locks', [free])).status).toBe(204);
    await put(iq, []);
    expect((await remove('locks', [inTree])).status).toBe(204);
    expect((await remove('iqs', [iq])).status).toBe(204);
    expect((await remove('locks', [free, 'nonsense'])).body.code).toBe('validation_failed');
    const deleted = (await test.ledger(siteId)).filter((row) => row.event.endsWith('.deleted'));
    expect(deleted.map((row) => row.subject_id)).toEqual([free, inTree, iq]);
  });

  it('C24 finishes a slow deletion on its own clock', async () => {
    await site();
    const code = nextCode();
    const door = await addLock(person, siteId, { activation_code: code });
    await test.traps({ async_delete: { seconds: 90 } });
    const answer = await remove('locks', [door]);
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([202, '60']);
    expect(await lockState(door)).toBe('detached');
    expect((await person.call('GET', `/installations/${siteId}`)).body.lock_count).toBe(0);
    const path = `/installations/${siteId}/locks`;
    const rename = await person.call('PATCH', `${path}/${door}`, { body: { customer_reference: 'Gone' } });
    expect(rename.body.code).toBe('not_found');
    const again = { customer_reference: 'New', activation_code: code, communication_type: 'rf_net' };
    expect((await person.call('POST', path, { body: again })).body.code).toBe('activation_code_taken');
    await test.advance(90);
    expect(await lockState(door)).toBeUndefined();
    expect((await person.call('POST', path, { body: again })).status).toBe(201);
  });

  it('C40 not_synced and online_lag follow the clock from the last change of the IQ', async () => {
    await site();
    await test.traps({ not_synced: { seconds: 1200 }, online_lag: { seconds: 3600 } });
    const iq = await addIq(person, siteId);
    const status = async () => (await person.call('GET', `/installations/${siteId}/iqs/${iq}/status`)).body;
    expect(await status()).toEqual({ online: false, data_sync_state: 'not_synced', last_seen: null });
    await test.advance(1200);
    expect(await status()).toMatchObject({ online: false, data_sync_state: 'synced' });
    await test.advance(2400);
    expect(await status()).toMatchObject({ online: true, data_sync_state: 'synced' });
    await test.clearTraps();
  });

  it('C16 hides a new id from paths, but not from bodies', async () => {
    await site();
    const iq = await addIq(person, siteId);
    await test.traps({ not_visible_yet: { times: 2, code: 2202 } });
    const door = await addLock(person, siteId);
    await test.traps({ not_visible_yet: { times: 1, code: 2203 } });
    const other = await addLock(person, siteId);
    await test.clearTraps();
    expect((await put(iq, [lock(door), lock(other)])).status).toBe(200);
    const rename = (id: string) =>
      person.call('PATCH', `/installations/${siteId}/locks/${id}`, { body: { customer_reference: 'Seen' } });
    const answers = [
      await rename(door),
      await rename(door),
      await rename(door),
      await rename(other),
      await rename(other),
    ];
    expect(answers.map((answer) => answer.status)).toEqual([404, 404, 200, 403, 200]);
  });

  it('C16 and C7: hides for a minute at most, and never from a replay', async () => {
    await test.traps({ not_visible_yet: { times: 99, code: 2202 } });
    const key = randomUUID();
    const fresh = await createSite(person);
    const path = `/installations/${fresh.id}`;
    expect((await person.call('GET', path)).status).toBe(404);
    await test.advance(60);
    expect((await person.call('GET', path)).status).toBe(200);
    const iq = { customer_reference: 'IQ', activation_code: nextCode() };
    const added = await person.call('POST', `${path}/iqs`, { body: iq, key });
    const again = await person.call('POST', `${path}/iqs`, { body: iq, key });
    expect(again.body).toEqual(added.body);
    await test.clearTraps();
  });
});
