import type { Problem, SiteData } from '../electron/contract/index.ts';
import type { Recovered } from './recovery.ts';
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
  WifiRecord,
  WorkRecord,
} from './types.ts';

/** A device as it is planned; everything the work adds later starts empty. */
export type NewDevice = Pick<
  DeviceRecord,
  | 'id'
  | 'siteId'
  | 'parentId'
  | 'position'
  | 'kind'
  | 'name'
  | 'model'
  | 'radio'
  | 'mac'
  | 'door'
  | 'floor'
  | 'notes'
> & {
  readonly activationCode: string | null;
  /** Where its life begins; `planned` where absent. */
  readonly state?: 'planned' | 'code_captured';
};

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
  /**
   * Runs `work` in one IMMEDIATE transaction; nested calls join the outer one (a nested call that throws undoes
   * its own part). Listeners hear after the commit. `work` must not return a promise.
   */
  transaction<T>(work: () => T): T;
  onChange(listener: (change: StoreChange) => void): () => void;
  close(): void;

  /** Whether what is entered can be saved, and whether anything was lost. */
  readonly health: {
    /** Why the last change could not be saved; null as soon as one is saved again. */
    ailment(): Problem | null;
    /** What became of a damaged file, until the person has read it. */
    recovered(): Recovered | null;
    /** The person has read it. Errors: as of a file that cannot be removed. */
    forgetRecovered(): void;
    onChange(listener: () => void): () => void;
  };
  readonly sites: {
    insert(id: string, data: SiteData, now: Moment): void;
    update(id: string, data: SiteData, now: Moment): void;
    change(
      id: string,
      change: Partial<Omit<SiteRecord, 'id' | 'createdAt' | keyof SiteData>>,
      now: Moment,
    ): void;
    /** With its devices, checks and work. Refused (`db.refused`) while the outbox knows it. */
    remove(id: string): void;
    get(id: string): SiteRecord | undefined;
    /** Compares without regard to case, Unicode form and repeated blanks. */
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
    /** What was checked so far becomes history: another lock stands there, or the same one anew. */
    beginAnew(deviceId: string): void;
    insert(check: CheckRecord): void;
    /** The newest of each check. */
    ofDevice(deviceId: string): CheckRecord[];
    ofSite(siteId: string): CheckRecord[];
  };
  readonly work: {
    start(work: WorkRecord): void;
    end(id: string, state: 'done' | 'failed' | 'cancelled', problem: Problem | null, at: Moment): void;
    step(
      workId: string,
      step: string,
      event: 'started' | 'done' | 'skipped' | 'failed',
      at: Moment,
      detail: string,
    ): void;
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
     * Leases the next intents that may be tried now: waiting and due (or leased by one whose lease has ended), with
     * everything they need done, in the order they were enqueued. So what a site's intents need of each other keeps
     * its order, and the rest runs side by side. `owner` names this claim: use another for each worker's life.
     */
    claim(options: { now: Moment; leaseMs: number; limit: number; owner: string }): Intent[];
    /** The frozen request, or undefined before the first try. */
    request(id: string): FrozenRequest | undefined;
    /**
     * Freezes the request and counts the try, in one transaction, before anything is sent. From here to `settle`
     * a lost lease leaves the intent uncertain. Another request may take a frozen one's place after an error that
     * C9 calls certain; while uncertain, only `ifMatch` may differ (C6).
     * Errors: `db.lease_lost`, `db.request_frozen`.
     */
    freeze(id: string, request: FrozenRequest, now: Moment): void;
    /**
     * Ends a try. `owner` must still hold the lease; answers false (and changes nothing) if not. A pause for
     * `offline` or `sign_in` takes the try back; where none is left and nothing is uncertain, the request thaws.
     */
    settle(id: string, owner: string, outcome: Outcome, now: Moment): boolean;
    /**
     * Makes what needed a person waiting again, with its tries counted anew; where nothing is uncertain the request
     * thaws and the key counts as never tried (C9, C11).
     */
    retrySite(siteId: string, now: Moment): void;
    /** Voids all leases: at start. */
    voidLeases(now: Moment): void;
    /** In the order of their enqueuing, the done ones too. */
    ofSite(siteId: string): Intent[];
    get(id: string): Intent | undefined;
    /** Sites with an intent that is not done. */
    openSites(): string[];
    /** Counts of intents, for the frame. */
    counts(): { unsent: number; needsPerson: number };
    unsentOfSites(): Map<string, number>;
    sentSince(moment: Moment): number;
    /** Newest first; a site keeps its newest 200. */
    attempts(siteId: string, limit: number): AttemptRecord[];
    /** The earliest moment at which something waiting, with its needs done, becomes due by itself, or null. */
    nextDue(): Moment | null;
    /** All waiting intents that rest become due now (resume, network change, Sync now). */
    wake(now: Moment): void;
  };
  readonly account: {
    get(): AccountRecord | undefined;
    save(change: Partial<Omit<AccountRecord, 'updatedAt'>>, now: Moment): void;
    clear(): void;
  };
  /** The Wi-Fi that a hub was given last, for the next one; sealed. */
  readonly wifi: {
    last(): WifiRecord | undefined;
    keep(network: Omit<WifiRecord, 'savedAt'>, now: Moment): void;
    forget(): void;
  };
  readonly audit: {
    add(record: AuditRecord): void;
    /** Newest first. */
    ofSite(siteId: string, limit: number): AuditRecord[];
  };
  /** Small settings that are no secret: mode, ports added by path, last place. JSON values. */
  readonly settings: {
    get(key: string): unknown;
    set(key: string, value: unknown): void;
  };
}
