import { useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, type ReactNode, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { cx } from './cx.ts';
import css from './rows.module.css';

/** What a row says of itself to assistive technology, besides its content. */
export interface RowProps {
  readonly className?: string | undefined;
  readonly 'aria-label'?: string | undefined;
  readonly 'aria-level'?: number | undefined;
  readonly 'aria-expanded'?: boolean | undefined;
  readonly 'aria-selected'?: boolean | undefined;
  readonly 'aria-setsize'?: number | undefined;
  readonly 'aria-posinset'?: number | undefined;
  readonly 'aria-current'?: boolean | undefined;
  /** A head between rows: shown, but skipped by the keyboard. */
  readonly head?: boolean | undefined;
  readonly draggable?: boolean | undefined;
  readonly onDragOver?: React.DragEventHandler<HTMLDivElement> | undefined;
  readonly onDrop?: React.DragEventHandler<HTMLDivElement> | undefined;
  readonly onDragStart?: React.DragEventHandler<HTMLDivElement> | undefined;
}

export interface RowsHandle {
  /** Brings a row into view and gives it the focus. */
  focus(key: string): void;
}

/** How high a list's rows are, as the tokens say for this window and pointer. */
export function useRowHeight(token: '--row' | '--row-tree'): number {
  const read = () =>
    Number.parseInt(getComputedStyle(document.documentElement).getPropertyValue(token), 10) || 56;
  const [height, setHeight] = useState(read);
  useEffect(() => {
    const update = () => setHeight(read());
    addEventListener('resize', update);
    return () => removeEventListener('resize', update);
  });
  return height;
}

/**
 * A long list of which only what is seen is drawn. One row has the focus (arrow keys, Home, End, Page up and down);
 * Enter opens it. Ten thousand rows scroll as ten do.
 */
export function Rows<Item>({
  role,
  label,
  items,
  keyOf,
  heightOf,
  rowProps,
  render,
  onOpen,
  onKey,
  columns,
  openOnClick = true,
  active,
  onActive,
  handle,
  firstRowIndex = 1,
  total,
}: {
  role: 'grid' | 'tree' | 'listbox';
  label: string;
  items: readonly Item[];
  keyOf: (item: Item) => string;
  heightOf: (item: Item) => number;
  rowProps?: (item: Item, index: number) => RowProps;
  /** `reachable` is true in the row that Tab leads into: only its controls are in the tab order. */
  render: (item: Item, reachable: boolean) => ReactNode;
  onOpen?: (item: Item) => void;
  /** Keys of this list alone; true when the key was used. */
  onKey?: (event: KeyboardEvent, item: Item) => boolean;
  columns?: number;
  openOnClick?: boolean;
  active?: string | null;
  onActive?: (key: string) => void;
  handle?: { current: RowsHandle | null };
  firstRowIndex?: number;
  total?: number;
}) {
  const scroller = useRef<HTMLDivElement>(null);
  const [own, setOwn] = useState<string | null>(null);
  const wanted = useRef<string | null>(null);
  const virtual = useVirtualizer({
    count: items.length,
    getScrollElement: () => scroller.current,
    estimateSize: (index) => {
      const item = items[index];
      return item === undefined ? 0 : heightOf(item);
    },
    getItemKey: (index) => {
      const item = items[index];
      return item === undefined ? index : keyOf(item);
    },
    overscan: 6,
  });
  const current = active ?? own;
  const isHead = (index: number) => {
    const item = items[index];
    return item === undefined || rowProps?.(item, index).head === true;
  };
  const found = items.findIndex((item) => keyOf(item) === current);
  const reachable = found >= 0 ? found : items.findIndex((_, index) => !isHead(index));

  const heights = items.map(heightOf).join();
  // biome-ignore lint/correctness/useExhaustiveDependencies: sizes are cached by key and must be read anew
  useLayoutEffect(() => virtual.measure(), [heights]);

  const focusRow = (key: string) => {
    const index = items.findIndex((item) => keyOf(item) === key);
    if (index < 0) return;
    wanted.current = key;
    virtual.scrollToIndex(index);
    setOwn(key);
    onActive?.(key);
  };
  if (handle) handle.current = { focus: focusRow };

  useEffect(() => {
    if (wanted.current === null) return;
    const row = scroller.current?.querySelector<HTMLElement>(`[data-key="${CSS.escape(wanted.current)}"]`);
    if (!row) return;
    wanted.current = null;
    row.focus({ preventScroll: true });
  });

  const move = (from: number, by: number) => {
    const step = by > 0 ? 1 : -1;
    let target = Math.min(items.length - 1, Math.max(0, from + by));
    while (target >= 0 && target < items.length && isHead(target)) target += step;
    const item = items[target];
    if (item !== undefined) focusRow(keyOf(item));
  };

  const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 400) / 56) - 1);
  const jumps: Record<string, number> = {
    ArrowDown: 1,
    ArrowUp: -1,
    PageDown: page,
    PageUp: -page,
    End: items.length,
    Home: -items.length,
  };

  return (
    // biome-ignore lint/a11y/useAriaPropsSupportedByRole: the role is one of grid, tree or listbox
    <div
      ref={scroller}
      className={css.scroller}
      role={role}
      aria-label={label}
      {...(role === 'grid'
        ? { 'aria-rowcount': total ?? items.length + firstRowIndex, 'aria-colcount': columns }
        : {})}
    >
      <div
        className={css.inner}
        role={role === 'grid' ? 'rowgroup' : 'presentation'}
        style={{ height: virtual.getTotalSize() }}
      >
        {virtual.getVirtualItems().map((place) => {
          const item = items[place.index];
          if (item === undefined) return null;
          const { className, head, ...rest } = rowProps?.(item, place.index) ?? {};
          const itemRole = head
            ? 'presentation'
            : role === 'grid'
              ? 'row'
              : role === 'tree'
                ? 'treeitem'
                : 'option';
          const isReachable = place.index === reachable;
          return (
            // biome-ignore lint/a11y/noStaticElementInteractions: the role is one of row, treeitem or option
            <div
              key={place.key}
              data-key={place.key}
              role={itemRole}
              className={cx(css.row, head && css.head, className)}
              style={{ height: place.size, transform: `translateY(${place.start}px)` }}
              {...(head ? {} : { tabIndex: isReachable ? 0 : -1 })}
              {...(role === 'grid' && !head ? { 'aria-rowindex': place.index + 1 + firstRowIndex } : {})}
              {...rest}
              onFocus={() => {
                if (head || keyOf(item) === current) return;
                setOwn(keyOf(item));
                onActive?.(keyOf(item));
              }}
              onClick={(event) => {
                if (head || !openOnClick || isControl(event.target)) return;
                onOpen?.(item);
              }}
              onKeyDown={(event) => {
                if (event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey) return;
                if (onKey?.(event, item)) {
                  event.preventDefault();
                  return;
                }
                const by = jumps[event.key];
                if (by !== undefined) {
                  event.preventDefault();
                  move(place.index, by);
                } else if (event.key === 'Enter' && event.target === event.currentTarget) {
                  event.preventDefault();
                  onOpen?.(item);
                }
              }}
            >
              {render(item, isReachable)}
            </div>
          );
        })}
      </div>
    </div>
  );
}

function isControl(target: EventTarget): boolean {
  return target instanceof Element && target.closest('button, a, input, [role="checkbox"]') !== null;
}

/** A cell of a row in a grid. Its row is what has the focus, so it needs none of its own. */
export function Cell({
  className,
  title,
  children,
}: {
  className?: string | undefined;
  title?: string;
  children?: ReactNode;
}) {
  return (
    // biome-ignore lint/a11y/useSemanticElements lint/a11y/useFocusableInteractive: rows are virtual and have the focus
    <span role="gridcell" className={className} title={title}>
      {children}
    </span>
  );
}
