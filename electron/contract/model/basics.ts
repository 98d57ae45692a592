import * as z from 'zod';
import type { ErrorCode } from '../errors.ts';
import { isErrorCode } from '../errors.ts';

/** An id made here: UUIDv7, so that ids sort by the time they were made. */
export const idSchema = z.uuid();
/** A moment as RFC 3339 in UTC. */
export const timeSchema = z.iso.datetime();

/** A failure or finding as data: a code of the error table and what its text may name. */
export const problemSchema = z.object({
  code: z.custom<ErrorCode>((value) => typeof value === 'string' && isErrorCode(value)),
  params: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
});

export const siteStates = [
  'planned',
  'in_progress',
  'installed',
  'handing_over',
  'released',
  'return_visit',
] as const;
export const siteStateSchema = z.enum(siteStates);
export type SiteState = z.infer<typeof siteStateSchema>;

export const deviceStates = [
  'planned',
  'code_captured',
  'found',
  'paired',
  'configured',
  'attach_pending',
  'attached',
  'tested',
  'faulty',
  'detach_pending',
  'detached',
] as const;
export const deviceStateSchema = z.enum(deviceStates);
export type DeviceState = z.infer<typeof deviceStateSchema>;

export const deviceKinds = ['iq', 'repeater', 'lock'] as const;
export const deviceKindSchema = z.enum(deviceKinds);
export type DeviceKind = z.infer<typeof deviceKindSchema>;

/**
 * Doorstep's models. A device itself names a model without `_pin` and, where it has a keypad, the capability `pin`
 * (A16); a model here joins both.
 */
export const deviceModels = [
  'IQ2',
  'IQ3',
  'IQ3 Mini',
  'repeater',
  'cylinder',
  'cylinder_pin',
  'escutcheon',
  'escutcheon_pin',
  'wall_reader',
  'wall_reader_pin',
] as const;
export const deviceModelSchema = z.enum(deviceModels);
export type DeviceModel = z.infer<typeof deviceModelSchema>;

export const radioSchema = z.enum(['blue_net', 'rf_net']);
export type Radio = z.infer<typeof radioSchema>;

export const languages = ['en', 'es', 'de', 'fr', 'nl'] as const;
export const languageSchema = z.enum(languages);
export type Language = z.infer<typeof languageSchema>;

export const invitationStates = [
  'not_sent',
  'queued',
  'sent',
  'accepted',
  'expired',
  'bounced',
  'account_exists',
] as const;
export const invitationSchema = z.object({
  state: z.enum(invitationStates),
  email: z.string(),
  sentAt: timeSchema.nullable(),
  expiresAt: timeSchema.nullable(),
  acceptedAt: timeSchema.nullable(),
});
export type Invitation = z.infer<typeof invitationSchema>;
