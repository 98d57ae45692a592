import type { ReactElement } from 'react';
import { Menu as AriaMenu, MenuItem, MenuTrigger, Popover } from 'react-aria-components';
import css from './fields.module.css';
import menu from './menu.module.css';

export interface MenuEntry {
  readonly id: string;
  readonly label: string;
  /** Why it is not possible now; said under the words. */
  readonly notYet?: string | undefined;
  readonly destructive?: boolean;
  readonly onAction: () => void;
}

/** A button that opens a list of acts. */
export function Menu({
  trigger,
  label,
  entries,
}: {
  trigger: ReactElement;
  label: string;
  entries: readonly MenuEntry[];
}) {
  return (
    <MenuTrigger>
      {trigger}
      <Popover className={`${css.popover} ${menu.popover}`} placement="bottom end">
        <AriaMenu
          className={`${css.list} ${menu.list}`}
          aria-label={label}
          disabledKeys={entries.filter((entry) => entry.notYet !== undefined).map((entry) => entry.id)}
        >
          {entries.map((entry) => (
            <MenuItem
              key={entry.id}
              id={entry.id}
              className={`${css.option} ${menu.item} ${entry.destructive ? menu.destructive : ''}`}
              textValue={entry.label}
              onAction={entry.onAction}
            >
              <span>{entry.label}</span>
              {entry.notYet !== undefined && <small>{entry.notYet}</small>}
            </MenuItem>
          ))}
        </AriaMenu>
      </Popover>
    </MenuTrigger>
  );
}
