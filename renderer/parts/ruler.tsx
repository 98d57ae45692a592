import { Text, useText } from '../i18n/text.tsx';
import { cx } from './cx.ts';
import css from './ruler.module.css';
import {
  isLowBattery,
  isWeakSignal,
  litForBattery,
  litForSignal,
  RULER_SEGMENTS,
  segments,
  share,
  signed,
} from './rulers.ts';

/** Equal segments, `lit` of them lit. The figure or name stands beside it, or in `label`. */
export function Segments({
  count,
  lit,
  width,
  gap = 2,
  weak = false,
  label,
}: {
  count: number;
  lit: number;
  width: number;
  gap?: number;
  weak?: boolean;
  label?: string;
}) {
  const name = label === undefined ? { 'aria-hidden': true as const } : { role: 'img', 'aria-label': label };
  return (
    // biome-ignore lint/a11y/noSvgWithoutTitle: named by its label, or hidden where the figure stands beside it
    <svg className={css.ruler} width={width} height={12} viewBox={`0 0 ${width} 12`} {...name}>
      {segments(count, width, gap).map(({ x, width: each }, index) => (
        <rect
          key={x}
          className={index < lit ? (weak ? css.weak : css.lit) : css.unlit}
          x={x}
          width={each}
          height={12}
        />
      ))}
    </svg>
  );
}

/** A signal as ruler and figure. `figure` false leaves the figure to the ruler's name. */
export function Signal({ rssi, figure = true }: { rssi: number; figure?: boolean }) {
  const t = useText();
  const weak = isWeakSignal(rssi);
  return (
    <span className={cx(css.measure, weak && css.isWeak)}>
      <Segments
        count={RULER_SEGMENTS}
        lit={litForSignal(rssi)}
        width={58}
        weak={weak}
        label={t('measure.signal', { rssi: signed(rssi) })}
      />
      {figure && (
        <span className={css.figure} aria-hidden="true">
          {signed(rssi)}
        </span>
      )}
    </span>
  );
}

/** A battery's charge as ruler and figure. */
export function Battery({ percent }: { percent: number }) {
  const t = useText();
  const low = isLowBattery(percent);
  return (
    <span className={cx(css.measure, low && css.isWeak)}>
      <Segments
        count={RULER_SEGMENTS}
        lit={litForBattery(percent)}
        width={58}
        weak={low}
        label={t('measure.battery', { percent })}
      />
      <span aria-hidden="true">
        <Text id="measure.percent" values={{ percent }} />
      </span>
    </span>
  );
}

/** Doors tested over doors attached over doors planned, with its figures. */
export function Doors({ tested, attached, planned }: { tested: number; attached: number; planned: number }) {
  const width = 64;
  return (
    <span className={css.measure}>
      <svg className={css.ruler} width={width} height={12} viewBox={`0 0 ${width} 12`} aria-hidden="true">
        <rect className={css.unlit} width={width} height={12} />
        <rect className={css.attached} width={share(attached, planned, width)} height={12} />
        <rect className={css.tested} width={share(tested, planned, width)} height={12} />
        {[1, 2, 3, 4, 5, 6, 7].map((mark) => (
          <rect key={mark} className={css.notch} x={mark * 8 - 0.5} width={1} height={12} />
        ))}
      </svg>
      <span>
        <Text id="measure.doors" values={{ tested, planned }} />
        <span className="hidden-visually">
          <Text id="measure.doors.name" />
        </span>
      </span>
    </span>
  );
}
