import { useSyncExternalStore } from 'react';
import { Button as RawButton } from 'react-aria-components';
import { Text, useText } from '../../i18n/text.tsx';
import { Icon } from '../../parts/icon.tsx';
import { Menu } from '../../parts/menu.tsx';
import {
  chooseTheme,
  onThemeChoice,
  storedThemeChoice,
  type ThemeChoice,
  themeChoices,
} from '../../theme/theme.ts';

/** The theme that was chosen, and the way to choose another. */
export function useThemeChoice(): [ThemeChoice, (choice: ThemeChoice) => void] {
  return [useSyncExternalStore(onThemeChoice, () => storedThemeChoice()), chooseTheme];
}

/** The choice of a theme on the sill of the first start. */
export function ThemeMenu({ className }: { className: string | undefined }) {
  const t = useText();
  const [choice, choose] = useThemeChoice();
  return (
    <Menu
      label={t('settings.theme')}
      trigger={
        <RawButton className={className ?? ''}>
          <Icon name="theme" />
          <b>
            <Text id={`theme.${choice}`} />
          </b>
          <Icon name="up" size={16} />
        </RawButton>
      }
      entries={themeChoices.map((id) => ({ id, label: t(`theme.${id}`), onAction: () => choose(id) }))}
    />
  );
}
