import type { ReactNode } from 'react';
import { ToggleButton, ToggleButtonGroup } from 'react-aria-components';
import css from './tabs.module.css';

export interface Tab<Id extends string> {
  readonly id: Id;
  readonly label: ReactNode;
  readonly count?: ReactNode;
}

/** A row of filters of which one is on; arrow keys move between them. */
export function Tabs<Id extends string>({
  label,
  tabs,
  chosen,
  onChoose,
}: {
  label: string;
  tabs: readonly Tab<Id>[];
  chosen: Id;
  onChoose: (id: Id) => void;
}) {
  return (
    <ToggleButtonGroup
      className={css.tabs ?? ''}
      aria-label={label}
      selectionMode="single"
      disallowEmptySelection
      selectedKeys={[chosen]}
      onSelectionChange={(keys) => {
        const [key] = keys;
        const tab = tabs.find((each) => each.id === key);
        if (tab) onChoose(tab.id);
      }}
    >
      {tabs.map((tab) => (
        <ToggleButton key={tab.id} id={tab.id} className={css.tab ?? ''}>
          <span>{tab.label}</span>
          {tab.count !== undefined && <span className={css.count}>{tab.count}</span>}
        </ToggleButton>
      ))}
    </ToggleButtonGroup>
  );
}
