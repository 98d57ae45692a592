/** An id as `identity.mac` spells it (A46). */
export const ID = /^(?:[0-9A-F]{2}\.[0-9A-F]{2}\.[0-9A-F]{2}|[0-9A-F]{14})$/;
/** Its length in bytes. */
export const ID_BYTES = [8, 14] as const;
