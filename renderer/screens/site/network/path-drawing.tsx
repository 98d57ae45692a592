import type { ReactNode } from 'react';
import type { Reach } from '../../../../electron/contract/model.ts';
import { useText } from '../../../i18n/text.tsx';
import { cx } from '../../../parts/cx.ts';
import drawing from '../../../parts/drawing.module.css';
import { DrawingShape, lampStyle } from '../../../parts/drawing.tsx';
import { Icon, type IconName } from '../../../parts/icon.tsx';
import { Mark } from '../../../parts/mark.tsx';
import css from './network.module.css';
import type { Branch, NetworkPath, Piece, PieceState } from './network-path.ts';

const WIDTH = 744;
const BRANCH_GAP = 72;
const BRANCH_HEIGHT = 48;
const TOP = 44;

const linkIcons: Record<Reach['link'], IconName> = {
  eth: 'ethernet',
  wifi: 'wifi',
  cell: 'mobile',
  none: 'ethernet',
};

/** The way from the hub to the cloud, with the broken link marked. Read as one sentence. */
export function PathDrawing({ path, reach }: { path: NetworkPath; reach: Reach }) {
  const t = useText();
  const height = TOP * 2 + BRANCH_GAP * (path.branches.length - 1);
  const middle = height / 2;
  const branchText = (branch: Branch) => t(`network.branch.${branch.kind}`, { port: branch.port ?? 0 });
  const name = [
    ...path.pieces.map((piece) => `${t(`network.piece.${piece.id}`)}: ${t(`network.state.${piece.state}`)}`),
    ...path.branches.map((branch) => `${branchText(branch)}: ${t(`network.state.${branch.state}`)}`),
  ].join(', ');
  const icons: Record<Piece['id'], IconName> = {
    link: linkIcons[reach.link],
    gateway: 'router',
    names: 'globe',
  };
  return (
    <svg className={css.path} viewBox={`0 0 ${WIDTH} ${height}`} role="img" aria-label={name}>
      {path.pieces.map((piece, index) => (
        <Line
          key={piece.id}
          state={piece.state}
          d={`M${(index === 0 ? 54 : 60) + index * 108} ${middle}H${120 + index * 108}`}
          at={[90 + index * 108, middle]}
        />
      ))}
      {path.branches.map((branch, index) => (
        <BranchLine key={branch.id} state={branch.state} middle={middle} y={TOP + index * BRANCH_GAP} />
      ))}
      <path className={css[path.ok ? 'lineOk' : 'lineUnknown']} d={`M666 ${middle}H682`} />
      <g
        transform={`translate(8 ${middle - 26}) scale(0.8)`}
        className={cx(drawing.scaled, drawing.lit)}
        style={lampStyle(path.ok ? 'green' : 'red')}
      >
        <DrawingShape name="iq" />
      </g>
      <Words x={34} y={middle} title={t('network.piece.hub')} />
      {path.pieces.map((piece, index) => (
        <Node key={piece.id} x={120 + index * 108} y={middle} state={piece.state} icon={icons[piece.id]}>
          <Words
            x={144 + index * 108}
            y={middle}
            title={t(piece.id === 'link' ? `network.link.${reach.link}` : `network.piece.${piece.id}`)}
            note={piece.id === 'link' ? reach.ip : t(`network.state.${piece.state}`)}
          />
        </Node>
      ))}
      {path.branches.map((branch, index) => (
        <BranchBox
          key={branch.id}
          branch={branch}
          y={TOP + index * BRANCH_GAP}
          title={branchText(branch)}
          note={
            branch.ms === null
              ? t(`network.branch.state.${branch.state}`)
              : t('network.branch.open', { ms: branch.ms })
          }
        />
      ))}
      <Node
        x={682}
        y={middle}
        state={path.ok ? 'ok' : path.fault === null ? 'unknown' : 'broken'}
        icon="cloud"
      >
        <Words x={706} y={middle} title={t('network.piece.cloud')} />
      </Node>
    </svg>
  );
}

const lineOf: Record<PieceState, string> = { ok: 'lineOk', broken: 'lineBroken', unknown: 'lineUnknown' };

function Line({ state, d, at: [x, y] }: { state: PieceState; d: string; at: readonly [number, number] }) {
  return (
    <>
      <path className={css[lineOf[state]]} d={d} />
      {state === 'broken' && <Cross x={x} y={y} />}
    </>
  );
}

function BranchLine({ state, middle, y }: { state: PieceState; middle: number; y: number }) {
  const before = `M384 ${middle}H408V${y}H432`;
  if (state === 'broken') {
    return (
      <>
        <path className={css.lineBroken} d={`M408 ${y}H612`} />
        <path className={css.lineUnknown} d={`M640 ${y}H668`} />
        <Cross x={626} y={y} />
      </>
    );
  }
  return <path className={css[lineOf[state]]} d={`${before}M604 ${y}H668V${middle}`} />;
}

function Cross({ x, y }: { x: number; y: number }) {
  return <path className={css.cross} d={`M${x - 8} ${y - 8}l16 16M${x + 8} ${y - 8}l-16 16`} />;
}

function Node({
  x,
  y,
  state,
  icon,
  children,
}: {
  x: number;
  y: number;
  state: PieceState;
  icon: IconName;
  children: ReactNode;
}) {
  return (
    <g className={css[`node_${state}`]}>
      <rect className={css.box} x={x} y={y - 24} width={48} height={48} rx={4} />
      <g transform={`translate(${x + 14} ${y - 10})`} className={css.ink}>
        <Icon name={icon} />
      </g>
      {state !== 'unknown' && (
        <g transform={`translate(${x + 36} ${y - 34})`} className={css.badge}>
          <Mark name={state === 'ok' ? 'tested' : 'blocker'} />
        </g>
      )}
      {children}
    </g>
  );
}

function BranchBox({ branch, y, title, note }: { branch: Branch; y: number; title: string; note: string }) {
  const mark = branch.state === 'ok' ? 'tested' : branch.state === 'broken' ? 'blocker' : 'planned';
  return (
    <g className={css[`node_${branch.state}`]}>
      <rect className={css.box} x={432} y={y - BRANCH_HEIGHT / 2} width={172} height={BRANCH_HEIGHT} rx={4} />
      <g transform={`translate(${444} ${y - 10})`} className={css.badge}>
        <Mark name={mark} />
      </g>
      <text className={css.word} x={474} y={y - 4}>
        {title}
      </text>
      <text className={css.note} x={474} y={y + 14}>
        {note}
      </text>
    </g>
  );
}

function Words({ x, y, title, note }: { x: number; y: number; title: string; note?: string }) {
  return (
    <>
      <text className={css.word} x={x} y={y + 44} textAnchor="middle">
        {title}
      </text>
      {note !== undefined && (
        <text className={css.note} x={x} y={y + 62} textAnchor="middle">
          {note}
        </text>
      )}
    </>
  );
}
