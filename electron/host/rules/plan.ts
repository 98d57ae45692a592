import type {
  DeviceKind,
  DeviceModel,
  DeviceState,
  ErrorCode,
  ErrorParams,
  Finding,
  FirmwareModel,
  Radio,
  SiteData,
} from '../../contract/index.ts';

/** What the rules need to know of a planned device. */
export interface PlannedDevice {
  readonly id: string;
  readonly parentId: string | null;
  readonly kind: DeviceKind;
  readonly name: string;
  readonly model: DeviceModel | null;
  readonly radio: Radio | null;
  readonly mac: string | null;
  /** The activation code where it is at hand; null where none is or need not be looked at. */
  readonly activationCode: string | null;
  readonly state: DeviceState;
  readonly rssi: number | null;
  readonly batteryPercent: number | null;
  /** The version that it runs; null until it was asked. */
  readonly firmware: string | null;
  /** What was added to the laptop's time when the device was given it; null where it never was. */
  readonly clockOffsetMs: number | null;
  readonly networkProven: boolean;
}

/** Limits of one IQ model; the cloud's `GET /me` may lower them. */
export interface IqLimits {
  readonly locksMax: number;
  readonly repeatersMax: number;
  readonly repeaterDepthMax: number;
  readonly repeaterBranchesMax: number;
  readonly blueNetLockBesideRepeater: boolean;
}

/** The field's own limits, used until the cloud says otherwise (product.md, Rules). */
export const defaultLimits: IqLimits = {
  locksMax: 16,
  repeatersMax: 6,
  repeaterDepthMax: 3,
  repeaterBranchesMax: 2,
  blueNetLockBesideRepeater: false,
};

/** What is known beyond the site itself. */
export interface RuleContext {
  /** Limits by model; `*` for all that are not named. */
  readonly limits: ReadonlyMap<string, IqLimits>;
  /** Tenants of the account; null before the first sign-in, when nothing can be said about them. */
  readonly tenants: readonly string[] | null;
  readonly businessTypes: readonly string[] | null;
  /** Cloud's clock minus the laptop's; null until measured. */
  readonly clockOffsetMs: number | null;
  /** The newest firmware on this laptop, by model. */
  readonly newestFirmware: ReadonlyMap<FirmwareModel, string>;
  /** Devices of other sites by MAC or normalised activation code. */
  readonly elsewhere: (code: string) => { readonly site: string; readonly device: string } | undefined;
}

/** A site as the rules look at it. */
export interface SitePlan {
  readonly site: SiteData;
  /** Parents stand before their children. */
  readonly devices: readonly PlannedDevice[];
}

/** One rule or a family of them: looks, and says what it found. */
export interface Rule {
  readonly codes: readonly ErrorCode[];
  /** `plan` holds from the first keystroke; `release` only once the work is said to be done. */
  readonly phase: 'plan' | 'release';
  readonly check: (plan: SitePlan, context: RuleContext) => readonly Finding[];
}

/** Makes a finding; the step is where a person can cure it. */
export function finding(
  code: ErrorCode,
  severity: Finding['severity'],
  step: Finding['step'],
  params: ErrorParams = {},
  deviceId?: string,
): Finding {
  return { code, severity, step, params: { ...params }, ...(deviceId === undefined ? {} : { deviceId }) };
}
