/** The firmware images of this laptop. */
export { createFirmwareLibrary, type FirmwareLibrary } from './library.ts';
