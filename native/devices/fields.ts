import * as z from 'zod';

/** The small types of `resources/protocol/commissioning.cddl`, under its names. */

/** Bytes, `min` to `max` long. */
export function bytes(min: number, max: number): z.ZodCustom<Uint8Array, Uint8Array> {
  return z.custom<Uint8Array>(
    (value) => value instanceof Uint8Array && value.length >= min && value.length <= max,
  );
}

/** Text, `min` to `max` bytes of UTF-8: CDDL's `.size` counts bytes. */
export function text(min: number, max: number): z.ZodString {
  return z.string().refine((value) => {
    const length = Buffer.byteLength(value);
    return length >= min && length <= max;
  });
}

/** A whole number from `min` to `max`. */
export function integer(min: number, max: number): z.ZodInt {
  return z.int().min(min).max(max);
}

/** A map without keys of its own; others are ignored (A6). */
export const empty = z.object({});
export const u32 = integer(0, 0xffffffff);
export const short = text(0, 64);
/** `HH.HH.HH`, or the 14 characters of a BLUEnet lock id (A16). */
export const deviceId = z.string().regex(/^(?:[0-9A-F]{2}\.[0-9A-F]{2}\.[0-9A-F]{2}|[0-9A-F]{14})$/);
/** An uncompressed point of P-256 by its length; whether it lies on the curve is for who computes with it. */
export const point = bytes(65, 65);
export const ssid = bytes(1, 32);
export const ipv4 = z.string().regex(/^[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}$/);
export const dbm = integer(-127, 20);
export const networkInterface = z.enum(['eth', 'wifi', 'cell']);
export const radioSecurity = z.enum(['open', 'wpa', 'wpa2']);
/** 2 repeater, 3 lock (A46). */
export const childKind = z.union([z.literal(2), z.literal(3)]);
