import * as z from 'zod';
import { idSchema, problemSchema } from './basics.ts';

/** The columns of a register, in the order of the template. */
export const registerColumns = [
  'site',
  'business_type',
  'country',
  'time_zone',
  'street',
  'postcode',
  'city',
  'owner_name',
  'owner_email',
  'owner_language',
  'voucher',
  'tenant',
  'device',
  'parent',
  'kind',
  'model',
  'radio',
  'activation_code',
  'mac',
  'door',
  'floor',
  'notes',
] as const;
const registerColumnSchema = z.enum(registerColumns);
export type RegisterColumn = z.infer<typeof registerColumnSchema>;

/** The forms of a register file. */
export const registerForms = ['csv', 'xlsx'] as const;
export type RegisterForm = (typeof registerForms)[number];

/** A fault of a register: where it stands and what is wrong. Rows count from 1, the head is row 1. */
export const registerProblemSchema = problemSchema.extend({
  row: z.int().positive().nullable(),
  column: z.string().nullable(),
  site: z.string().nullable(),
  severity: z.enum(['blocker', 'warning']),
});
export type RegisterProblem = z.infer<typeof registerProblemSchema>;

/** What a register changes in one place. Without a column the device itself is new. */
const registerDifferenceSchema = z.object({
  row: z.int().positive(),
  /** Null for the site's own data. */
  device: z.string().nullable(),
  column: registerColumnSchema.nullable(),
  /** What is there now and what would be; both null for activation codes, which are secret. */
  before: z.string().nullable(),
  after: z.string().nullable(),
});
export type RegisterDifference = z.infer<typeof registerDifferenceSchema>;

export const registerPreviewSchema = z.object({
  step: z.literal('preview'),
  previewId: idSchema,
  fileName: z.string(),
  /** Whether a person said which column is which, now or for an earlier file with the same head. */
  mapped: z.boolean(),
  sites: z.array(
    z.object({
      name: z.string(),
      change: z.enum(['new', 'changed', 'unchanged']),
      hubs: z.int(),
      repeaters: z.int(),
      doors: z.int(),
      /** Against what is stored; none for a new site. The first ones of a long list. */
      differences: z.array(registerDifferenceSchema),
      /** How many differences there are in all. */
      differenceCount: z.int(),
      /** Stored devices that the register does not name; they stay as they are. */
      unnamed: z.int(),
    }),
  ),
  /** All faults of all rows; a register with a blocker cannot be accepted. */
  problems: z.array(registerProblemSchema),
});
export type RegisterPreview = z.infer<typeof registerPreviewSchema>;

/** Which column of the file a column of ours stands in, by place from 0. */
export const registerPlacesSchema = z.partialRecord(registerColumnSchema, z.int().min(0).max(255));
export type RegisterPlaces = z.infer<typeof registerPlacesSchema>;

/** A head that is not ours: the person says which column is which. */
export const registerQuestionSchema = z.object({
  step: z.literal('columns'),
  previewId: idSchema,
  fileName: z.string(),
  /** The file's columns in their order, with a value that one of the first rows has there. */
  head: z.array(z.object({ name: z.string(), sample: z.string() })),
  /** What the names suggest, or what was said before. */
  places: registerPlacesSchema,
  /** Columns that no register can do without. */
  needed: z.array(registerColumnSchema),
});
export type RegisterQuestion = z.infer<typeof registerQuestionSchema>;

/** A register file on its way to the person's disk. */
export const registerFileSchema = z.object({ fileName: z.string(), content: z.string() });
