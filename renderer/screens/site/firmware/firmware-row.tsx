import type { Problem } from '../../../../electron/contract/errors.ts';
import type { FirmwareImage, Work } from '../../../../electron/contract/model.ts';
import { Text, useText } from '../../../i18n/text.tsx';
import { ErrorCodeText } from '../../../parts/code.tsx';
import { cx } from '../../../parts/cx.ts';
import { Drawing } from '../../../parts/drawing.tsx';
import layout from '../../../parts/layout.module.css';
import { useProblemText } from '../../../parts/problem.tsx';
import { State } from '../../../parts/state.tsx';
import { drawingOf } from '../../../parts/states.ts';
import css from './firmware.module.css';
import { canChoose, type FirmwareRow, resultOf } from './firmware-rows.ts';

/** One device: what it runs, what stands against an update, and what became of it. */
export function FirmwareRowView({
  row,
  image,
  siteId,
  work,
  chosen,
  onChoose,
}: {
  row: FirmwareRow;
  image: FirmwareImage | null;
  siteId: string;
  work: Work | null;
  chosen: boolean;
  onChoose: (on: boolean) => void;
}) {
  const t = useText();
  const { device, hindrance } = row;
  const result = resultOf(work, siteId, device.id);
  const problem = typeof result === 'object' ? result.problem : null;
  return (
    <li className={cx(css.row, result === 'running' && layout.selected)}>
      <label className={css.choice}>
        <input
          type="checkbox"
          checked={chosen}
          disabled={!canChoose(row) || result === 'running' || result === 'waiting'}
          aria-label={t('firmware.choose', { name: device.name })}
          onChange={(event) => onChoose(event.target.checked)}
        />
        <Drawing name={drawingOf(device)} size={28} />
        <span className={layout.two}>
          <b title={device.name}>{device.name}</b>
          <small>
            <Runs row={row} next={chosen ? image : null} />
            {hindrance !== null && (
              <>
                {'. '}
                <Text id={`firmware.cannot.${hindrance}`} values={{ percent: device.batteryPercent ?? 0 }} />
              </>
            )}
          </small>
        </span>
      </label>
      {result === undefined ? <Standing row={row} /> : <Became result={result} work={work} />}
      {problem !== null && <Why problem={problem} />}
    </li>
  );
}

/** Why it was not updated. The panel speaks it; here it stands in its line. */
function Why({ problem }: { problem: Problem }) {
  const text = useProblemText()(problem);
  return (
    <div className={css.problem}>
      <b>{text.title}</b>
      <p>
        {text.why} {text.next} <ErrorCodeText code={problem.code} />
      </p>
    </div>
  );
}

function Runs({ row: { device }, next }: { row: FirmwareRow; next: FirmwareImage | null }) {
  const { firmware: version } = device;
  if (version === null) return <Text id="firmware.runs.unknown" />;
  if (next === null) return <Text id="firmware.runs" values={{ version }} />;
  return <Text id="firmware.runs.becomes" values={{ version, next: next.version }} />;
}

const standings = {
  old: 'attention',
  current: 'tested',
  newer: 'paired',
  unknown: 'planned',
} as const;

function Standing({ row: { standing, hindrance } }: { row: FirmwareRow }) {
  if (standing === 'no_image') return <span />;
  const unreachable = hindrance !== null && standing === 'unknown';
  return (
    <State tone={unreachable ? 'offline' : standings[standing]} light>
      <Text id={unreachable ? 'firmware.standing.unreachable' : `firmware.standing.${standing}`} />
    </State>
  );
}

function Became({ result, work }: { result: NonNullable<ReturnType<typeof resultOf>>; work: Work | null }) {
  if (result === 'waiting') {
    return (
      <State tone="planned" mark="waiting" light>
        <Text id="firmware.result.waiting" />
      </State>
    );
  }
  if (result === 'running') {
    return (
      <State tone="found" mark="running">
        {work?.fraction == null ? (
          <Text id="firmware.result.running" />
        ) : (
          <Text id="work.fraction" values={{ fraction: work.fraction }} />
        )}
      </State>
    );
  }
  return (
    <State tone={result.outcome === 'failed' ? 'blocker' : 'tested'}>
      <Text id={`firmware.result.${result.outcome}`} />
    </State>
  );
}
