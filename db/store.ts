import type {
  AccountRecord,
  AttemptRecord,
  AuditRecord,
  CheckRecord,
  DeviceRecord,
  FrozenRequest,
  Intent,
  Moment,
  NewIntent,
  Outcome,
  SiteRecord,
  WorkRecord,
} from './types.ts';
import type { Problem, SiteData } from '../electron/contract/index.ts';

/** A device as it is planned; everything the work adds later starts empty. */
export type NewDevice = Pick<
  DeviceRecord,
  'id' | 'siteId' | 'parentId' | 'position' | 'kind' | 'name' | 'model' | 'radio' | 'mac' | 'door' | 'floor' | 'notes'
> & { readonly activationCode: string | null };

/** Members that may change; `activationCode` null forgets it, absent keeps it. */
export type DeviceChange = Partial<Omit<DeviceRecord, 'id' | 'siteId' | 'kind' | 'hasActivationCode'>> & {
  readonly activationCode?: string | null;
};

/** What changed in a committed transaction; ids only. */
export interface StoreChange {
  readonly siteIds: ReadonlySet<string>;
  readonly outbox: boolean;
  readonly account: boolean;
}

/** The one writer. All functions are synchronous; what must stand or fall together goes in `transaction`. */
export interface Store {
  /** Runs `work` in one IMMEDIATE transaction; nested calls join the outer one. Listeners hear after the commit. */
  transaction<T>(work: () => T): T;
  onChange(listener: (change: StoreChange) => void): () => void;
  close(): void;

  readonly sites: {
    insert(id: string, data: SiteData, now: Moment): void;
    update(id: string, data: SiteData, now: Moment): void;
    change(id: string, change: Partial<Omit<SiteRecord, 'id' | 'createdAt' | keyof SiteData>>, now: Moment): void;
    remove(id: string): void;
    get(id: string): SiteRecord | undefined;
    findByName(name: string): SiteRecord | undefined;
    all(): SiteRecord[];
  };
  readonly devices: {
    insert(device: NewDevice, now: Moment): void;
    change(id: string, change: DeviceChange, now: Moment): void;
    remove(id: string): void;
    get(id: string): DeviceRecord | undefined;
    /** In tree order: parents before children, by position. */
    ofSite(siteId: string): DeviceRecord[];
    all(): DeviceRecord[];
    findByMac(mac: string): DeviceRecord[];
    /** Others with the same code, compared by keyed hash (normalised as in A23). */
    findByActivationCode(code: string): DeviceRecord[];
    /** Opens the sealed code; null where none was captured. */
    activationCode(id: string): string | null;
  };
  readonly checks: {
    insert(check: CheckRecord): void;
    /** The newest of each check. */
    ofDevice(deviceId: string): CheckRecord[];
    ofSite(siteId: string): CheckRecord[];
  };
  readonly work: {
    start(work: WorkRecord): void;
    end(id: string, state: 'done' | 'failed' | 'cancelled', problem: Problem | null, at: Moment): void;
    step(workId: string, step: string, event: 'started' | 'done' | 'skipped' | 'failed', at: Moment, detail: string): void;
    stepsOf(workId: string): { step: string; event: string; at: Moment; detail: string }[];
    /** Keeps one fact of a piece of work, at most 512 characters, replacing an earlier one of that name; never a secret. */
    remember(workId: string, fact: string, value: string): void;
    recall(workId: string, fact: string): string | undefined;
    /** Left running by a process that died. */
    unfinished(): WorkRecord[];
  };
  readonly outbox: {
    enqueue(intents: readonly NewIntent[], now: Moment): void;
    /**
     * Leases the next intents that may be tried now: waiting, due, with everything they need done; at most one
     * of a site at a time unless they do not depend on each other; skips `busySites`. One UPDATE … RETURNING.
     */
    claim(options: { now: Moment; leaseMs: number; limit: number; owner: string }): Intent[];
    /** The frozen request, or undefined before the first try. */
    request(id: string): FrozenRequest | undefined;
    /** Freezes the request and counts the try, in one transaction, before anything is sent. */
    freeze(id: string, request: FrozenRequest, now: Moment): void;
    /** Ends a try. `owner` must still hold the lease; answers false (and changes nothing) if not. */
    settle(id: string, owner: string, outcome: Outcome, now: Moment): boolean;
    /** Makes what needed a person waiting again; thaws the request where the last error was certain (C9). */
    retrySite(siteId: string, now: Moment): void;
    /** Voids all leases: at start. */
    voidLeases(now: Moment): void;
    ofSite(siteId: string): Intent[];
    get(id: string): Intent | undefined;
    openSites(): string[];
    /** Counts for the frame. */
    counts(): { unsent: number; needsPerson: number };
    unsentOfSites(): Map<string, number>;
    sentSince(moment: Moment): number;
    attempts(siteId: string, limit: number): AttemptRecord[];
    /** The earliest moment at which something waiting becomes due, or null. */
    nextDue(): Moment | null;
    /** All waiting intents that rest become due now (resume, network change, Sync now). */
    wake(now: Moment): void;
  };
  readonly account: {
    get(): AccountRecord | undefined;
    save(change: Partial<Omit<AccountRecord, 'updatedAt'>>, now: Moment): void;
    clear(): void;
  };
  readonly audit: {
    add(record: AuditRecord): void;
    ofSite(siteId: string, limit: number): AuditRecord[];
  };
  /** Small settings that are no secret: mode, ports added by path, last place. JSON values. */
  readonly settings: {
    get(key: string): unknown;
    set(key: string, value: unknown): void;
  };
}
