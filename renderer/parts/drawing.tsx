import type { CSSProperties, ReactNode } from 'react';
import { cx } from './cx.ts';
import css from './drawing.module.css';

/** Four rows of keys, the last of one; `across` and `down` are from key to key. */
function keypad(x: number, y: number, across: number, down: number, radius: number, fill: string) {
  const keys = [0, 1, 2].flatMap((row) => [-1, 0, 1].map((column) => ({ row, column })));
  return (
    <g fill={fill}>
      {[...keys, { row: 3, column: 0 }].map(({ row, column }) => (
        <circle key={`${row} ${column}`} cx={x + column * across} cy={y + row * down} r={radius} />
      ))}
    </g>
  );
}

const shapes = {
  card: (
    <>
      <rect
        x="4"
        y="22"
        width="26"
        height="38"
        rx="3"
        fill="var(--drawing-body)"
        stroke="var(--drawing-line)"
        strokeWidth="2"
        transform="rotate(-12 17 41)"
      />
      <path d="M10 33l11-2.4M11 38l7-1.5" stroke="var(--drawing-line)" strokeWidth="2" fill="none" />
      <path
        d="M36 16c3 3.5 4 8 3 12.5M41 11c5 5.5 6.5 12.5 4.5 20M46.5 6.5c6.5 7 8.5 17 5.5 27"
        fill="none"
        stroke="var(--on-key)"
        strokeWidth="2.5"
        strokeLinecap="round"
      />
    </>
  ),
  cylinder: (
    <>
      <path className={css.sh} d="M26 25h24v15h-5v9h-7v-9H26Z" />
      <path className={css.ln} d="M38 40v-5h7v5" strokeWidth="1.25" />
      <rect className={css.dk} x="21" y="27" width="6" height="11" />
      <rect className={css.bd} x="50" y="24" width="10" height="17" rx="3" />
      <rect className={css.bd} x="3" y="16" width="19" height="33" rx="5" />
      <path className={css.ln} d="M17 17v31" strokeWidth="1" />
      <circle className={css.hl} cx="10" cy="25" r="5" />
      <circle className={css.led} cx="10" cy="25" r="2.6" />
      <path className={css.ln} d="M7 35v8M10 35v8M13 35v8" strokeWidth="1" />
    </>
  ),
  cylinder_pin: (
    <>
      <path className={css.sh} d="M26 25h24v15h-5v9h-7v-9H26Z" />
      <path className={css.ln} d="M38 40v-5h7v5" strokeWidth="1.25" />
      <rect className={css.dk} x="21" y="27" width="6" height="11" />
      <rect className={css.bd} x="50" y="24" width="10" height="17" rx="3" />
      <rect className={css.bd} x="3" y="16" width="19" height="33" rx="5" />
      <circle className={css.hl} cx="12.5" cy="23.5" r="4.5" />
      <circle className={css.led} cx="12.5" cy="23.5" r="2.4" />
      {keypad(12.5, 31.5, 4.5, 4.5, 1.4, 'var(--drawing-line)')}
    </>
  ),
  escutcheon: (
    <>
      <rect className={css.bd} x="15" y="3" width="22" height="58" rx="7" />
      <rect className={css.dk} x="18.5" y="8" width="15" height="19" rx="4" />
      <circle className={css.hl} cx="26" cy="13.5" r="4.5" />
      <circle className={css.led} cx="26" cy="13.5" r="2.4" />
      <path d="M22.5 21.5c2-1.6 5-1.6 7 0" fill="none" stroke="var(--drawing-body)" strokeWidth="1.4" />
      <circle className={css.sh} cx="26" cy="37" r="6.5" />
      <path className={css.bd} d="M23.5 34H54a3 3 0 0 1 0 6H23.5a3 3 0 0 1 0-6Z" />
      <circle className={css.dk} cx="26" cy="51" r="2" />
      <path className={css.dk} d="M25 51h2v5h-2z" />
    </>
  ),
  escutcheon_pin: (
    <>
      <rect className={css.bd} x="15" y="3" width="22" height="58" rx="7" />
      <rect className={css.dk} x="18.5" y="6" width="15" height="24" rx="4" />
      <circle className={css.hl} cx="26" cy="10.5" r="3.5" />
      <circle className={css.led} cx="26" cy="10.5" r="2.2" />
      {keypad(26, 16.5, 4.25, 3.75, 1.3, 'var(--drawing-body)')}
      <circle className={css.sh} cx="26" cy="37" r="6.5" />
      <path className={css.bd} d="M23.5 34H54a3 3 0 0 1 0 6H23.5a3 3 0 0 1 0-6Z" />
      <circle className={css.dk} cx="26" cy="51" r="2" />
      <path className={css.dk} d="M25 51h2v5h-2z" />
    </>
  ),
  iq: (
    <>
      <path className={css.lo} d="M32 56v6" strokeWidth="3" />
      <rect className={css.bd} x="9" y="9" width="46" height="46" rx="8" />
      <path className={css.sh} d="M9.8 43h44.4v4a7.2 7.2 0 0 1-7.2 7.2H17A7.2 7.2 0 0 1 9.8 47Z" />
      <path className={css.ln} d="M9.5 43h45" strokeWidth="1" />
      <circle className={css.hl} cx="32" cy="26" r="11" />
      <circle className={css.led} cx="32" cy="26" r="5.5" />
      <path className={css.ln} d="M27 48.7h10" strokeWidth="1.5" />
    </>
  ),
  no_lock: (
    <>
      <rect
        x="15"
        y="3"
        width="22"
        height="58"
        rx="7"
        fill="none"
        stroke="currentColor"
        strokeWidth="2"
        strokeDasharray="4 3.5"
      />
      <path d="M26 37h28" fill="none" stroke="currentColor" strokeWidth="2" strokeDasharray="4 3.5" />
    </>
  ),
  repeater: (
    <>
      <path className={css.sh} d="M25 52h3.5v8H25zM35.5 52H39v8h-3.5z" />
      <rect className={css.bd} x="17" y="16" width="30" height="37" rx="7" />
      <path className={css.lo} d="M23 11c5-4.5 13-4.5 18 0M19 6.5c7.5-6 18.5-6 26 0" strokeWidth="1.75" />
      <circle className={css.hl} cx="32" cy="28" r="6.5" />
      <circle className={css.led} cx="32" cy="28" r="3.25" />
      <path className={css.ln} d="M26 41h12M26 45h12" strokeWidth="1.25" />
    </>
  ),
  wall_reader: (
    <>
      <rect className={css.bd} x="15" y="4" width="34" height="56" rx="8" />
      <rect className={css.dk} x="19" y="8" width="26" height="48" rx="5" />
      <circle className={css.hl} cx="32" cy="16" r="5" />
      <circle className={css.led} cx="32" cy="16" r="2.6" />
      <path
        d="M26 43c0-3.3 2.7-6 6-6s6 2.7 6 6M22 43c0-5.5 4.5-10 10-10s10 4.5 10 10M32 43.5v.01"
        fill="none"
        stroke="var(--drawing-body)"
        strokeWidth="1.75"
      />
    </>
  ),
  wall_reader_pin: (
    <>
      <rect className={css.bd} x="15" y="4" width="34" height="56" rx="8" />
      <rect className={css.dk} x="19" y="8" width="26" height="48" rx="5" />
      <circle className={css.hl} cx="32" cy="15" r="5" />
      <circle className={css.led} cx="32" cy="15" r="2.6" />
      {keypad(32, 27, 6.5, 7, 2, 'var(--drawing-body)')}
    </>
  ),
} as const satisfies Record<string, ReactNode>;

export type DrawingName = keyof typeof shapes;

/** The colours a device's lamp can have; `off` is drawn grey. */
export const lamps = ['off', 'green', 'blue', 'white', 'red', 'purple', 'yellow'] as const;
export type Lamp = (typeof lamps)[number];

/** Sets the lamp's colour for everything drawn inside. */
export function lampStyle(lamp: Lamp): CSSProperties {
  return { '--led': `var(--led-${lamp})` } as CSSProperties;
}

/** The shape of a device on a 64 by 64 field, to stand inside a larger drawing. */
export function DrawingShape({ name }: { name: DrawingName }) {
  return shapes[name];
}

/** Our own drawing of a device with its lamp. A word for device and lamp stands beside it. */
export function Drawing({
  name,
  size,
  lamp = 'off',
  blinking = false,
}: {
  name: DrawingName;
  size: 28 | 32 | 40 | 56 | 64 | 80;
  lamp?: Lamp;
  blinking?: boolean;
}) {
  return (
    <svg
      className={cx(css.drawing, lamp !== 'off' && css.lit, blinking && css.blinking)}
      width={size}
      height={size}
      viewBox="0 0 64 64"
      style={lampStyle(lamp)}
      aria-hidden="true"
    >
      {shapes[name]}
    </svg>
  );
}

/** The door that is Doorstep's mark; always on the frame. */
export function DoorMark({ size, label }: { size: 32 | 40; label: string }) {
  return (
    <svg className={css.drawing} width={size} height={size} viewBox="0 0 64 64" role="img" aria-label={label}>
      <path d="M17 54V10h30v44" fill="none" stroke="var(--frame-text)" strokeWidth="5" />
      <path d="M17 10l17 7v37H17Z" fill="var(--frame-text)" />
      <circle cx="29" cy="35" r="2.5" fill="var(--frame)" />
      <path d="M8 54h48v6H8Z" fill="var(--key)" />
    </svg>
  );
}
