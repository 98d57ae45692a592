import { describe, expect, test } from 'vitest';
import {
  addSite,
  newTestStore,
  nextId,
  openTestStore,
  problemOf,
  siteData,
  someDay,
} from './support/store.ts';

describe('sites', () => {
  test('a site comes back as it was entered, with nothing of the work yet', async () => {
    const { store, dataDir } = await newTestStore();
    const id = nextId();
    const data = siteData('Größe "Straße"\nzwei');
    store.sites.insert(id, data, someDay);
    const expected = {
      ...data,
      id,
      state: 'planned',
      attention: null,
      cloudId: null,
      siteUid: null,
      invitationId: null,
      invitation: null,
      finishedAt: null,
      finishedBy: null,
      releasedAt: null,
      lastWorkedAt: null,
      createdAt: someDay,
      updatedAt: someDay,
    };
    expect(store.sites.get(id)).toEqual(expected);
    store.close();
    const { store: again } = await openTestStore(dataDir);
    expect(again.sites.all()).toEqual([expected]);
  });

  test('the work changes what it names and leaves the rest', async () => {
    const { store } = await newTestStore();
    const id = addSite(store);
    const before = store.sites.get(id);
    const change = {
      state: 'handing_over',
      attention: { code: 'cloud.offline', params: { minutes: 3 } },
      cloudId: 'c-1',
      siteUid: 'NL00000001',
      invitationId: 'i-1',
      invitation: {
        state: 'sent',
        email: 'anna@example.org',
        sentAt: '2026-03-02T09:00:00Z',
        expiresAt: '2026-03-05T09:00:00Z',
        acceptedAt: null,
      },
      finishedAt: someDay + 1,
      finishedBy: 'Bo',
      releasedAt: someDay + 2,
      lastWorkedAt: someDay + 3,
    } as const;
    store.sites.change(id, change, someDay + 9);
    expect(store.sites.get(id)).toEqual({ ...before, ...change, updatedAt: someDay + 9 });
    store.sites.change(id, { attention: null, invitation: null }, someDay + 10);
    expect(store.sites.get(id)).toMatchObject({ attention: null, invitation: null, cloudId: 'c-1' });
  });

  test('names are found whatever their case, blanks and Unicode form', async () => {
    const { store } = await newTestStore();
    const id = addSite(store, 'Café  am Kai');
    expect(store.sites.findByName(' CAFE\u0301 am\tkai ')?.id).toBe(id);
    expect(store.sites.findByName('Cafe am Kai')).toBeUndefined();
    store.sites.update(id, siteData('Neu'), someDay);
    expect(store.sites.findByName('Café am Kai')).toBeUndefined();
    expect(store.sites.findByName('neu')?.id).toBe(id);
  });

  test('what is not there cannot be changed silently', async () => {
    const { store } = await newTestStore();
    const gone = { code: 'site.not_found', params: {} };
    expect(problemOf(() => store.sites.update(nextId(), siteData('a'), someDay))).toEqual(gone);
    expect(problemOf(() => store.sites.change(nextId(), { cloudId: 'x' }, someDay))).toEqual(gone);
    expect(problemOf(() => store.sites.remove(nextId()))).toEqual(gone);
    expect(store.sites.get(nextId())).toBeUndefined();
  });

  test('the same id twice is refused and changes nothing', async () => {
    const { store } = await newTestStore();
    const id = addSite(store, 'first');
    expect(problemOf(() => store.sites.insert(id, siteData('second'), someDay))).toMatchObject({
      code: 'db.refused',
    });
    expect(store.sites.get(id)?.name).toBe('first');
  });
});
