import drawing from '../../parts/drawing.module.css';
import { DrawingShape, lampStyle } from '../../parts/drawing.tsx';
import css from './first-start.module.css';

/** A hub, a repeater and a door with its lock, and the laptop that connects them. */
export function Scene() {
  return (
    <svg
      className={`${drawing.drawing} ${drawing.lit} ${css.scene}`}
      viewBox="0 0 560 560"
      style={lampStyle('green')}
      aria-hidden="true"
    >
      <path d="M0 504h560" stroke="var(--drawing-out)" strokeWidth="4" />
      <path d="M318 504V88h186v416" fill="none" stroke="var(--drawing-out)" strokeWidth="4" />
      <path d="M332 504V102h158v402" fill="none" stroke="var(--drawing-out)" strokeWidth="2" />
      <rect
        x="306"
        y="504"
        width="210"
        height="12"
        fill="var(--key)"
        stroke="var(--drawing-line)"
        strokeWidth="2"
      />
      <rect x="486" y="150" width="10" height="34" rx="2" className={drawing.sh} />
      <rect x="486" y="412" width="10" height="34" rx="2" className={drawing.sh} />
      <path
        d="M132 128c62 0 100 8 122 30"
        fill="none"
        stroke="var(--drawing-out)"
        strokeWidth="2"
        strokeDasharray="3 8"
        strokeLinecap="round"
      />
      <path
        d="M280 214c6 50 22 76 54 92"
        fill="none"
        stroke="var(--drawing-out)"
        strokeWidth="2"
        strokeDasharray="3 8"
        strokeLinecap="round"
      />
      <g className={drawing.scaled} transform="translate(24 72) scale(1.75)">
        <DrawingShape name="iq" />
      </g>
      <g className={drawing.scaled} transform="translate(220 128) scale(1.375)">
        <DrawingShape name="repeater" />
      </g>
      <g className={drawing.scaled} transform="translate(316 262) scale(2)" style={lampStyle('white')}>
        <DrawingShape name="escutcheon" />
      </g>
      <g strokeLinejoin="round">
        <rect className={drawing.bd} x="44" y="376" width="176" height="112" rx="6" strokeWidth="2" />
        <rect
          x="56"
          y="388"
          width="152"
          height="88"
          fill="var(--surface)"
          stroke="var(--drawing-line)"
          strokeWidth="2"
        />
        <path className={drawing.sh} d="M24 488h216l8 16H16Z" />
        <path
          d="M68 404h60M68 420h40M68 436h52M68 452h36"
          stroke="var(--text)"
          strokeWidth="4"
          opacity=".75"
        />
        <rect
          x="160"
          y="446"
          width="36"
          height="18"
          fill="var(--key)"
          stroke="var(--drawing-line)"
          strokeWidth="1.5"
        />
      </g>
      <path d="M80 376V168" fill="none" stroke="var(--drawing-out)" strokeWidth="3" />
    </svg>
  );
}
