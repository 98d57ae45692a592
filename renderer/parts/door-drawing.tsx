import { cx } from './cx.ts';
import css from './drawing.module.css';
import { type DrawingName, DrawingShape, type Lamp, lampStyle } from './drawing.tsx';

/** The door in hand, seen from the corridor: hinges right, lock left. */
export function DoorDrawing({ lock, lamp, label }: { lock: DrawingName; lamp: Lamp; label: string }) {
  return (
    <svg
      className={cx(css.drawing, lamp !== 'off' && css.lit)}
      width="232"
      height="360"
      viewBox="0 0 232 360"
      role="img"
      aria-label={label}
      style={lampStyle(lamp)}
    >
      <path d="M0 340h232" stroke="var(--drawing-out)" strokeWidth="3" />
      <rect x="20" y="340" width="192" height="8" fill="var(--drawing-out)" />
      <path d="M22 340V10h188v330" fill="none" stroke="var(--drawing-out)" strokeWidth="3" />
      <path d="M34 340V22h164v318" fill="none" stroke="var(--drawing-out)" strokeWidth="1.5" />
      <path
        d="M198 22 L34 181 L198 340"
        fill="none"
        stroke="var(--line)"
        strokeWidth="1.5"
        strokeDasharray="6 5"
      />
      <rect x="195" y="52" width="9" height="28" rx="2" className={css.sh} />
      <rect x="195" y="282" width="9" height="28" rx="2" className={css.sh} />
      <g
        className={css.scaled}
        transform={lock === 'cylinder' ? 'translate(30 134) scale(1.5)' : 'translate(24 108) scale(2.2)'}
        strokeLinejoin="round"
      >
        <DrawingShape name={lock} />
      </g>
    </svg>
  );
}
