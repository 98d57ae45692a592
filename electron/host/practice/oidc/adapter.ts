import type { Adapter, AdapterFactory, AdapterPayload } from 'oidc-provider';
import type { Store } from '../store/store.ts';

interface Row {
  payload: string;
  consumed_at: number | null;
}

/**
 * After its first use a refresh token works on for so long: an answer that was lost, or an app that died before it
 * stored the answer, must not cost the person a new sign-in.
 */
const overlapSeconds = 60;

const nowSeconds = () => Math.floor(Date.now() / 1000);

/** Keeps what the identity provider remembers in the practice cloud's own file, on real time (C39). */
export function createAdapterFactory(store: Store): AdapterFactory {
  return (model) => new StoreAdapter(store, model);
}

class StoreAdapter implements Adapter {
  readonly #store: Store;
  readonly #model: string;

  constructor(store: Store, model: string) {
    this.#store = store;
    this.#model = model;
  }

  async upsert(id: string, payload: AdapterPayload, expiresIn: number): Promise<void> {
    // Each sign-in begins with an interaction: often enough to sweep out what is over.
    if (this.#model === 'Interaction') this.#store.run('DELETE FROM oidc WHERE expires_at < ?', nowSeconds());
    this.#store.run(
      `INSERT INTO oidc (model, id, payload, grant_id, uid, expires_at) VALUES (?, ?, ?, ?, ?, ?)
       ON CONFLICT (model, id) DO UPDATE SET payload = excluded.payload, grant_id = excluded.grant_id,
         uid = excluded.uid, expires_at = excluded.expires_at`,
      this.#model,
      id,
      JSON.stringify(payload),
      payload.grantId ?? null,
      payload.uid ?? null,
      typeof expiresIn === 'number' ? nowSeconds() + expiresIn : null,
    );
  }

  async find(id: string): Promise<AdapterPayload | undefined> {
    return this.#read(this.#store.get<Row>('SELECT * FROM oidc WHERE model = ? AND id = ?', this.#model, id));
  }

  async findByUid(uid: string): Promise<AdapterPayload | undefined> {
    return this.#read(
      this.#store.get<Row>('SELECT * FROM oidc WHERE model = ? AND uid = ?', this.#model, uid),
    );
  }

  /** No device flow is offered, so there are no user codes. */
  async findByUserCode(): Promise<undefined> {
    return undefined;
  }

  async consume(id: string): Promise<void> {
    const sql = 'UPDATE oidc SET consumed_at = coalesce(consumed_at, ?) WHERE model = ? AND id = ?';
    this.#store.run(sql, nowSeconds(), this.#model, id);
  }

  async destroy(id: string): Promise<void> {
    this.#store.run('DELETE FROM oidc WHERE model = ? AND id = ?', this.#model, id);
  }

  async revokeByGrantId(grantId: string): Promise<void> {
    this.#store.run('DELETE FROM oidc WHERE grant_id = ?', grantId);
  }

  #read(row: Row | undefined): AdapterPayload | undefined {
    if (!row) return undefined;
    const payload = JSON.parse(row.payload) as AdapterPayload;
    if (row.consumed_at === null) return payload;
    const overlap = this.#model === 'RefreshToken' ? overlapSeconds : 0;
    return nowSeconds() < row.consumed_at + overlap ? payload : { ...payload, consumed: row.consumed_at };
  }
}
