import css from './drawing.module.css';
import { lampStyle } from './drawing.tsx';
import own from './label-drawing.module.css';

/** Where the label with the activation code is: behind the cover, under the button. */
export function LabelDrawing({ label }: { label: string }) {
  return (
    <svg
      className={css.drawing}
      width="200"
      height="168"
      viewBox="0 0 200 168"
      role="img"
      aria-label={label}
      style={lampStyle('green')}
    >
      <rect className={css.bd} x="72" y="12" width="116" height="144" rx="10" />
      <rect className={css.sh} x="84" y="24" width="92" height="56" rx="4" />
      <path className={css.ln} d="M96 36h28M96 46h20" strokeWidth="2" />
      <circle className={css.dk} cx="160" cy="40" r="8" />
      <circle className={css.led} cx="160" cy="64" r="5" />
      <rect className={css.bd} x="84" y="92" width="92" height="48" rx="2" />
      <path
        className={css.ln}
        d="M94 104v10M98 104v10M101 104v10M106 104v10M109 104v10M114 104v10M117 104v10M122 104v10M126 104v10M130 104v10M133 104v10M138 104v10"
        strokeWidth="1.5"
      />
      <text className={own.sample} x="94" y="131">
        HH.HH.HH
      </text>
      <path className={css.lo} d="M64 20 14 34v110l50 14M64 20v138" strokeWidth="2" strokeDasharray="5 4" />
      <rect className={css.ln} x="80" y="88" width="100" height="56" rx="4" strokeWidth="3" />
    </svg>
  );
}
