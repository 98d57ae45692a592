import type {
  RegisterDifference,
  RegisterPreview,
  RegisterProblem,
} from '../../../electron/contract/model.ts';
import { Text, useText } from '../../i18n/text.tsx';
import { ErrorCodeText } from '../../parts/code.tsx';
import { cx } from '../../parts/cx.ts';
import layout from '../../parts/layout.module.css';
import { useProblemText } from '../../parts/problem.tsx';
import { Cell, Rows, useRowHeight } from '../../parts/rows.tsx';
import { State } from '../../parts/state.tsx';
import css from './import.module.css';

type Sited = RegisterPreview['sites'][number];
type Entry =
  | { readonly kind: 'head'; readonly of: 'blocker' | 'warning' | 'sites'; readonly count: number }
  | { readonly kind: 'problem'; readonly problem: RegisterProblem; readonly key: string }
  | { readonly kind: 'site'; readonly site: Sited; readonly key: string }
  | { readonly kind: 'difference'; readonly difference: RegisterDifference; readonly key: string }
  | { readonly kind: 'rest'; readonly more: number; readonly unnamed: number; readonly key: string };

const HEAD_PX = 40;
const PROBLEM_PX = 72;
const DIFFERENCE_PX = 40;

const heights: Readonly<Partial<Record<Entry['kind'], number>>> = {
  head: HEAD_PX,
  problem: PROBLEM_PX,
  difference: DIFFERENCE_PX,
  rest: DIFFERENCE_PX,
};
const looks = {
  problem: css.problemColumns,
  site: css.siteColumns,
  difference: css.differenceColumns,
  rest: css.differenceColumns,
};

/** What a register would bring: its faults by row and column first, then its sites with what differs. */
export function Preview({ preview }: { preview: RegisterPreview }) {
  const t = useText();
  const rowHeight = useRowHeight('--row');
  return (
    <Rows<Entry>
      role="grid"
      label={t('import.preview')}
      columns={3}
      items={entriesOf(preview)}
      keyOf={(entry) => (entry.kind === 'head' ? entry.of : entry.key)}
      heightOf={({ kind }) => heights[kind] ?? rowHeight}
      rowProps={(entry) =>
        entry.kind === 'head' ? { head: true } : { className: cx(layout.row, looks[entry.kind]) }
      }
      render={(entry) => {
        switch (entry.kind) {
          case 'head':
            return <Head of={entry.of} count={entry.count} />;
          case 'problem':
            return <ProblemCells problem={entry.problem} />;
          case 'site':
            return <SiteCells site={entry.site} />;
          case 'difference':
            return <DifferenceCells difference={entry.difference} />;
          case 'rest':
            return <RestCells more={entry.more} unnamed={entry.unnamed} />;
        }
      }}
    />
  );
}

function entriesOf({ problems, sites }: RegisterPreview): Entry[] {
  const entries: Entry[] = [];
  for (const severity of ['blocker', 'warning'] as const) {
    const own = problems
      .filter((problem) => problem.severity === severity)
      .sort((a, b) => (a.row ?? 0) - (b.row ?? 0));
    if (own.length > 0) entries.push({ kind: 'head', of: severity, count: own.length });
    own.forEach((problem, index) => {
      entries.push({ kind: 'problem', problem, key: `${severity} ${index}` });
    });
  }
  if (sites.length > 0) entries.push({ kind: 'head', of: 'sites', count: sites.length });
  sites.forEach((site, index) => {
    entries.push({ kind: 'site', site, key: `site ${index}` });
    site.differences.forEach((difference, at) => {
      entries.push({ kind: 'difference', difference, key: `site ${index} difference ${at}` });
    });
    const more = site.differenceCount - site.differences.length;
    if (more > 0 || site.unnamed > 0) {
      entries.push({ kind: 'rest', more, unnamed: site.unnamed, key: `site ${index} rest` });
    }
  });
  return entries;
}

const headTones = { blocker: 'blocker', warning: 'attention', sites: 'planned' } as const;

function Head({ of, count }: { of: 'blocker' | 'warning' | 'sites'; count: number }) {
  return (
    <div className={layout.section}>
      <State tone={headTones[of]}>
        <Text id={`import.head.${of}`} />
      </State>
      <span className={layout.count}>
        <Text id="number" values={{ value: count }} />
      </span>
    </div>
  );
}

function ProblemCells({ problem }: { problem: RegisterProblem }) {
  const text = useProblemText()(problem);
  const whole = `${text.why} ${text.next}`;
  return (
    <>
      <Cell className={css.where}>
        <b>
          {problem.row === null ? (
            <Text id="import.whole_file" />
          ) : (
            <Text id="import.row" values={{ row: problem.row }} />
          )}
        </b>
        {problem.column !== null && <code className="cut">{problem.column}</code>}
      </Cell>
      <Cell className={css.what}>
        <b className="cut" title={text.title}>
          {text.title}
        </b>
        <span className={css.why} title={whole}>
          {whole} <ErrorCodeText code={problem.code} />
        </span>
      </Cell>
      <Cell className="quiet cut" title={problem.site ?? ''}>
        {problem.site}
      </Cell>
    </>
  );
}

const changeLooks = {
  new: ['found', 'found'],
  changed: ['paired', 'paired'],
  unchanged: ['planned', 'skipped'],
} as const;

function SiteCells({ site }: { site: Sited }) {
  const [tone, mark] = changeLooks[site.change];
  return (
    <>
      <Cell className="cut" title={site.name}>
        <b>{site.name}</b>
      </Cell>
      <Cell className="quiet nowrap">
        <Text id="tree.counts" values={{ hubs: site.hubs, repeaters: site.repeaters, doors: site.doors }} />
      </Cell>
      <Cell>
        <State tone={tone} mark={mark}>
          <Text id={`import.change.${site.change}`} />
        </State>
      </Cell>
    </>
  );
}

/** One cell that would change: where it stands, what is there and what would be. */
function DifferenceCells({
  difference: { row, device, column, before, after },
}: {
  difference: RegisterDifference;
}) {
  const t = useText();
  const value = (text: string) => (text === '' ? t('import.difference.blank') : text);
  return (
    <>
      <Cell className="quiet nowrap">
        <Text id="import.row" values={{ row }} />
      </Cell>
      <Cell className="cut" title={device ?? ''}>
        {device ?? <Text id="import.difference.site" />}
      </Cell>
      <Cell className={css.change}>
        {column === null ? (
          <Text id="import.difference.new" />
        ) : (
          <>
            <span className="quiet nowrap">{t(`import.column.${column}`)}</span>
            {before === null || after === null ? (
              <Text id="import.difference.replaced" />
            ) : (
              <>
                {before === '' ? (
                  <span className="quiet">{value(before)}</span>
                ) : (
                  <del className="cut" title={before}>
                    {before}
                  </del>
                )}
                <span aria-hidden="true">→</span>
                <ins className="cut" title={after}>
                  {value(after)}
                </ins>
              </>
            )}
          </>
        )}
      </Cell>
    </>
  );
}

function RestCells({ more, unnamed }: { more: number; unnamed: number }) {
  return (
    <>
      <Cell />
      <Cell className="quiet nowrap">
        {more > 0 && <Text id="import.difference.more" values={{ count: more }} />}
      </Cell>
      <Cell className="quiet cut">
        {unnamed > 0 && <Text id="import.difference.unnamed" values={{ count: unnamed }} />}
      </Cell>
    </>
  );
}
