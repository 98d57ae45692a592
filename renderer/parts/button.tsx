import type { ReactNode, Ref } from 'react';
import { Button as AriaButton, type PressEvent } from 'react-aria-components';
import css from './button.module.css';
import { cx } from './cx.ts';
import { Icon, type IconName } from './icon.tsx';
import { Mark } from './mark.tsx';

export type ButtonKind = 'key' | 'neutral' | 'strong' | 'quiet' | 'danger';

export interface ButtonProps {
  /** `key` is yellow: your turn, once on a screen. `danger` only confirms a destructive act. */
  kind?: ButtonKind;
  /** 48 px: at the door, in dialogs, on the sill. */
  big?: boolean;
  icon?: IconName;
  iconAfter?: IconName;
  /** The letter that does the same. */
  shortcut?: string;
  /** Says in words what runs now; the button keeps its width and does nothing meanwhile. */
  busy?: string | undefined;
  /** Why it is not possible yet; the button stays reachable by keyboard and says so. */
  notYet?: string | undefined;
  /** Name for screen readers where the visible text is not enough. */
  label?: string;
  /** A button that stays on or off. */
  pressed?: boolean;
  type?: 'button' | 'submit';
  autoFocus?: boolean;
  excludeFromTabOrder?: boolean;
  onPress?: (event: PressEvent) => void;
  className?: string | undefined;
  ref?: Ref<HTMLButtonElement>;
  children: ReactNode;
}

/** A button with a verb on it. */
export function Button({
  kind = 'neutral',
  big = false,
  icon,
  iconAfter,
  shortcut,
  busy,
  notYet,
  label,
  pressed,
  onPress,
  className,
  children,
  ...rest
}: ButtonProps) {
  const idle = busy === undefined && notYet === undefined;
  return (
    <AriaButton
      {...rest}
      {...(label === undefined ? {} : { 'aria-label': label })}
      {...(shortcut === undefined ? {} : { 'aria-keyshortcuts': shortcut })}
      {...(notYet === undefined ? {} : { 'aria-disabled': true, 'aria-description': notYet })}
      {...(pressed === undefined ? {} : { 'aria-pressed': pressed })}
      {...(busy === undefined ? {} : { 'aria-disabled': true })}
      className={cx(css.button, css[kind], big && css.big, notYet !== undefined && css.notYet, className)}
      onPress={(event) => {
        if (idle) onPress?.(event);
      }}
    >
      <span className={cx(css.face, busy !== undefined && css.covered)}>
        {icon && <Icon name={icon} />}
        <span>{children}</span>
        {iconAfter && <Icon name={iconAfter} />}
        {shortcut && <kbd>{shortcut}</kbd>}
      </span>
      {busy !== undefined && (
        <span className={css.busy}>
          <Mark name="running" size={16} />
          <span>{busy}</span>
        </span>
      )}
    </AriaButton>
  );
}

/** A button that is only an icon; its name is spoken and shown on hover. */
export function IconButton({
  icon,
  label,
  kind = 'neutral',
  small = false,
  excludeFromTabOrder = false,
  onPress,
  className,
}: {
  icon: IconName;
  label: string;
  kind?: 'neutral' | 'quiet' | 'strong';
  small?: boolean;
  excludeFromTabOrder?: boolean;
  onPress?: (event: PressEvent) => void;
  className?: string | undefined;
}) {
  return (
    <AriaButton
      aria-label={label}
      className={cx(css.button, css[kind], css.iconOnly, className)}
      excludeFromTabOrder={excludeFromTabOrder}
      {...(onPress ? { onPress } : {})}
    >
      <span className={css.tip} title={label}>
        <Icon name={icon} size={small ? 16 : 20} />
      </span>
    </AriaButton>
  );
}
