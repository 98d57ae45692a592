import { eventIterator, oc } from '@orpc/contract';
import * as z from 'zod';
import {
  appStateSchema,
  deviceActSchema,
  deviceKindSchema,
  deviceLogSchema,
  deviceModelSchema,
  discoverySchema,
  doorCheckSchema,
  firmwareImageSchema,
  firmwareModelSchema,
  firmwareSchema,
  heardNetworksSchema,
  hubNetworkSchema,
  idSchema,
  lastWifiSchema,
  measureSchema,
  networkSchema,
  outboxSchema,
  practiceFaultSchema,
  practiceSchema,
  practiceSurroundingsSchema,
  problemSchema,
  radioSchema,
  reachSchema,
  registerFileSchema,
  registerForms,
  registerPlacesSchema,
  registerPreviewSchema,
  registerQuestionSchema,
  siteDataSchema,
  siteRowSchema,
  siteSchema,
  workSchema,
} from './model.ts';

export * from './attach-way.ts';
export * from './errors.ts';
export * from './firmware-version.ts';
export * from './model.ts';
export * from './thresholds.ts';
export * from './wifi.ts';

/** Every procedure may fail with one declared error, whose data is a {@link problemSchema}. */
const procedure = oc.errors({ PROBLEM: { status: 422, data: problemSchema } });

const siteId = z.object({ siteId: idSchema });
const deviceId = z.object({ deviceId: idSchema });
const text = (max: number) => z.string().max(max);

/** What may be entered about a device by hand. Absent members stay as they are. */
const deviceEditSchema = z.object({
  name: text(100).min(1).optional(),
  model: deviceModelSchema.nullable().optional(),
  radio: radioSchema.nullable().optional(),
  mac: text(32).nullable().optional(),
  /** Blank forgets the code; absent keeps it. Never sent back. */
  activationCode: text(64).optional(),
  door: text(100).optional(),
  floor: text(20).optional(),
  notes: text(2000).optional(),
  parentId: idSchema.nullable().optional(),
});

/** The list of sites: first all rows, then what changed, at most ten times a second. */
const sitesEventSchema = z.object({
  seq: z.int(),
  kind: z.enum(['snapshot', 'change']),
  rows: z.array(siteRowSchema),
  removed: z.array(idSchema),
});

/**
 * Everything the screens may ask of the host. Watches give a whole snapshot first and again after a change,
 * at most ten a second, with a rising sequence number where they send differences.
 */
export const contract = {
  app: {
    /** What the frame shows: mode, person, connection, counts. */
    watch: procedure.output(eventIterator(appStateSchema)),
    /** Answers the first start with "practise": starts the practice cloud and its virtual devices and signs in. */
    practise: procedure.output(z.void()),
    /** The person has read what became of a damaged data file. */
    forgetRecovery: procedure.output(z.void()),
  },
  account: {
    /** Opens the system browser and ends when the person has signed in. Errors: `account.*`. */
    signIn: procedure.output(z.void()),
    signOut: procedure.output(z.void()),
  },
  sites: {
    watch: procedure.output(eventIterator(sitesEventSchema)),
    watchOne: procedure.input(siteId).output(eventIterator(siteSchema)),
    create: procedure.input(siteDataSchema).output(siteId),
    /** Saves what was entered. Refused after the finish (`site.finished`). */
    update: procedure.input(siteId.extend({ data: siteDataSchema })).output(z.void()),
    /** Removes a site of which nothing has reached a device or the cloud. */
    remove: procedure.input(siteId).output(z.void()),
    /** The installer's statement that the work is done; refused while a blocker stands (`site.not_ready`). */
    finish: procedure.input(siteId).output(z.void()),
  },
  devices: {
    add: procedure
      .input(siteId.extend({ kind: deviceKindSchema, parentId: idSchema.nullable(), edit: deviceEditSchema }))
      .output(deviceId),
    update: procedure.input(deviceId.extend({ edit: deviceEditSchema })).output(z.void()),
    remove: procedure.input(deviceId).output(z.void()),
    /** Puts a found device's MAC, model and radio on a planned place. */
    bindFound: procedure.input(deviceId.extend({ foundId: text(300) })).output(z.void()),
    /** Asks the hub how it hears a device, and the device how it is; keeps signal and battery. Refused with `work.busy`. */
    measure: procedure.input(deviceId).output(measureSchema),
    /** Reads a device's own log after entry `after`, 0 for all that it still has. Refused with `work.busy`. */
    log: procedure.input(deviceId.extend({ after: z.int().min(0).max(0xffff_ffff) })).output(deviceLogSchema),
    /** Who did what with a device, newest first, the newest fifty. */
    history: procedure.input(deviceId).output(z.array(deviceActSchema).max(50)),
    /** Gives a device the time once more. Refused with `work.busy`, CLOCK_UNTRUSTED. */
    setClock: procedure.input(deviceId).output(z.void()),
  },
  register: {
    /**
     * Reads a register and tells every fault and difference; writes nothing. Asks for the columns where the head is
     * neither ours nor known. `content` is the file's bytes, base64.
     */
    preview: procedure
      .input(z.object({ fileName: text(255), content: text(14_000_000) }))
      .output(z.discriminatedUnion('step', [registerPreviewSchema, registerQuestionSchema])),
    /** Asks once more which column is which. */
    columns: procedure.input(z.object({ previewId: idSchema })).output(registerQuestionSchema),
    /** Says which column is which, for this file and later ones with the same head. */
    map: procedure
      .input(z.object({ previewId: idSchema, places: registerPlacesSchema }))
      .output(registerPreviewSchema),
    /** Writes a previewed register in one transaction. */
    accept: procedure
      .input(z.object({ previewId: idSchema }))
      .output(z.object({ sites: z.int(), devices: z.int() })),
    /** A register to fill in; `content` is base64. */
    template: procedure.input(z.object({ form: z.enum(registerForms) })).output(registerFileSchema),
    /** The register of these sites, or of all; activation codes stay blank. `content` is base64. */
    export: procedure
      .input(z.object({ siteIds: z.array(idSchema).max(10_000).nullable(), form: z.enum(registerForms) }))
      .output(registerFileSchema),
  },
  firmware: {
    /** The firmware images of this laptop. */
    watch: procedure.output(eventIterator(firmwareSchema)),
    /**
     * Keeps an image of MCUboot's format for a model; one that is there already is given back. `content` is the
     * file's bytes, base64. Errors: `firmware.not_an_image`, `firmware.damaged`, `firmware.too_large`,
     * `firmware.too_many`.
     */
    import: procedure
      .input(z.object({ fileName: text(255).min(1), model: firmwareModelSchema, content: text(14_000_000) }))
      .output(firmwareImageSchema),
    remove: procedure.input(z.object({ imageId: idSchema })).output(z.void()),
  },
  discovery: {
    watch: procedure.output(eventIterator(discoverySchema)),
    /** Watches a serial port that is in no list. */
    addPort: procedure.input(z.object({ path: text(255).min(1) })).output(z.void()),
    removePort: procedure.input(z.object({ path: text(255).min(1) })).output(z.void()),
    /** Lets a device blink and buzz. */
    identify: procedure
      .input(z.object({ foundId: text(300), seconds: z.int().min(0).max(60) }))
      .output(z.void()),
  },
  work: {
    /** The work that runs or has just ended; null when there is none. */
    watch: procedure.output(eventIterator(workSchema.nullable())),
    /** Pairs a hub with its activation code. Errors: `pairing.wrong_code` with `left`, and what the way gives. */
    pairHub: procedure
      .input(deviceId.extend({ foundId: text(300), activationCode: text(64) }))
      .output(z.void()),
    /**
     * Writes a hub's network and lets the hub measure its way to the cloud. With `prove` it keeps the network only
     * if that way holds (`commission.network_unproven`, with `broken`); without, in any case. WIFI_BAND and
     * WIFI_SECURITY where the hub was just heard to be unable to join.
     */
    configureNetwork: procedure
      .input(deviceId.extend({ network: networkSchema, prove: z.boolean().default(true) }))
      .output(reachSchema),
    /** The Wi-Fi networks that a hub hears, strongest first. Takes up to 15 s; refused with `work.busy`. */
    scanNetworks: procedure.input(deviceId).output(heardNetworksSchema),
    /** The network that a hub has now. Refused with `work.busy`. */
    readNetwork: procedure.input(deviceId).output(hubNetworkSchema),
    /** The Wi-Fi that the last hub was given, for the next one. */
    lastWifi: procedure.output(lastWifiSchema.nullable()),
    forgetWifi: procedure.output(z.void()),
    /** The person compared the laptop's clock and says that it is right; holds for today (A44). */
    confirmClock: procedure.output(z.void()),
    /** Attaches planned repeaters and locks below their hub, in the tree's order. */
    attach: procedure.input(siteId.extend({ deviceIds: z.array(idSchema).min(1).max(22) })).output(z.void()),
    /**
     * Brings devices to firmware images of this laptop, one after the other, hubs before what hangs on them. Each
     * device has a result of its own in the work; where one failed it ends with `firmware.some_failed`.
     */
    updateFirmware: procedure
      .input(
        siteId.extend({
          updates: z
            .array(z.object({ deviceId: idSchema, imageId: idSchema }))
            .min(1)
            .max(500),
        }),
      )
      .output(z.void()),
    /**
     * Detaches devices, and whatever hangs below them, from their hub; with `force` without waiting for their own
     * word. Errors: `work.not_attached`, `commission.detach_unconfirmed`, and what the ways give.
     */
    detach: procedure
      .input(siteId.extend({ deviceIds: z.array(idSchema).min(1).max(22), force: z.boolean() }))
      .output(z.void()),
    /** Detaches a repeater or lock and what is below it, and plans it below `parentId`, to be attached there. */
    move: procedure.input(deviceId.extend({ parentId: idSchema })).output(z.void()),
    /** Detaches a repeater or lock and what is below it, and frees its place for another; the door's history stays. */
    replace: procedure.input(deviceId.extend({ force: z.boolean() })).output(z.void()),
    /** Pairs another hub in the place of one; what hung on it is to be attached anew. Errors as of `pairHub`. */
    replaceHub: procedure
      .input(deviceId.extend({ foundId: text(300), activationCode: text(64) }))
      .output(z.void()),
    /** Brings a device back to factory state (A54). Errors: `commission.still_attached`, `commission.reset_unproven`. */
    reset: procedure.input(deviceId).output(z.void()),
    /** Tests a door: what the lock can judge by itself first, then what a person must judge. */
    testDoor: procedure.input(deviceId).output(z.void()),
    /** Answers the check that the running door test asks; an answer to one that it asks no more is refused (`work.not_running`). */
    answer: procedure
      .input(
        z.object({
          workId: idSchema,
          check: doorCheckSchema,
          answer: z.enum(['passed', 'failed', 'repeat']),
        }),
      )
      .output(z.void()),
    cancel: procedure.input(z.object({ workId: idSchema })).output(z.void()),
  },
  outbox: {
    watch: procedure.output(eventIterator(outboxSchema)),
    syncNow: procedure.output(z.void()),
    /** Tries what needed a person once more, after it was put right. */
    retry: procedure.input(siteId).output(z.void()),
    /** Puts the owner's address right after a bounce or before acceptance, and sends the invitation again. */
    correctEmail: procedure
      .input(siteId.extend({ email: text(254), emailRepeated: text(254) }))
      .output(z.void()),
  },
  practice: {
    watch: procedure.output(eventIterator(practiceSchema.nullable())),
    /** Imports the practice register, for a first job. */
    importSample: procedure.output(z.object({ sites: z.int(), devices: z.int() })),
    presentCard: procedure.input(z.object({ mac: text(32) })).output(z.void()),
    pressButton: procedure.input(z.object({ mac: text(32) })).output(z.void()),
    /** Holds the reset button with a paper clip: within 2 minutes the device may be reset (A54). */
    holdReset: procedure.input(z.object({ mac: text(32) })).output(z.void()),
    setPower: procedure.input(z.object({ mac: text(32), on: z.boolean() })).output(z.void()),
    /** Switches a fault of a device on, in its ordinary strength, or off. */
    setFault: procedure
      .input(z.object({ mac: text(32), fault: practiceFaultSchema, on: z.boolean() }))
      .output(z.void()),
    /** Moves a device so far away from the laptop. */
    setDistance: procedure
      .input(z.object({ mac: text(32), metres: z.int().min(1).max(200) }))
      .output(z.void()),
    setSurroundings: procedure.input(practiceSurroundingsSchema).output(z.void()),
    /** Everything is well again: power, no fault, near, cable and internet. */
    makeWell: procedure.output(z.void()),
    /** Takes the laptop's connection to the practice cloud away, or gives it back. */
    setReachable: procedure.input(z.object({ reachable: z.boolean() })).output(z.void()),
  },
};
