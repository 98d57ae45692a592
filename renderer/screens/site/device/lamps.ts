import type { Lamp } from '../../../parts/drawing.tsx';

const colours = ['red', 'green', 'blue', 'white', 'purple', 'yellow'] as const;
type Colour = (typeof colours)[number];
const patterns = ['steady', 'blink', 'flash'] as const;

/** A lamp as a device names it (A52), read: its colour and whether it goes on and off; null where it is neither. */
export function readLamp(code: string): { pattern: (typeof patterns)[number]; colour: Colour } | null {
  const [pattern, colour] = code.split('_');
  const knownPattern = patterns.find((each) => each === pattern);
  const knownColour = colours.find((each) => each === colour);
  return knownPattern === undefined || knownColour === undefined
    ? null
    : { pattern: knownPattern, colour: knownColour };
}

/** How it is drawn. */
export function lampOf(code: string): { lamp: Lamp; blinking: boolean } {
  const read = readLamp(code);
  if (read === null) return { lamp: 'off', blinking: false };
  return { lamp: read.colour, blinking: read.pattern === 'blink' };
}

/** The lights of an IQ whose meaning is known (product.md, The IQ's LED). */
export const iqLamps = [
  'flash_green',
  'reset',
  'steady_blue',
  'blink_blue',
  'blink_purple',
  'steady_white',
  'blink_red',
  'blink_green',
  'steady_green',
  'steady_purple',
  'blink_yellow',
  'steady_red',
  'flash_red',
] as const;

/** The light's place in that table, if it has one. */
export function iqLamp(code: string): (typeof iqLamps)[number] | undefined {
  return iqLamps.find((each) => each === code);
}
