import { type ReactNode, useMemo, useState } from 'react';
import {
  Select as AriaSelect,
  Switch as AriaSwitch,
  TextField as AriaTextField,
  ComboBox,
  FieldError,
  Input,
  Label,
  ListBox,
  ListBoxItem,
  Popover,
  Button as RawButton,
  SelectValue,
  Text as SlotText,
  TextArea,
} from 'react-aria-components';
import { Text } from '../i18n/text.tsx';
import css from './fields.module.css';
import { Icon } from './icon.tsx';
import { State } from './state.tsx';

interface FieldProps {
  label: string;
  /** What is wrong with it, in the field's own words. */
  error?: ReactNode;
  hint?: ReactNode;
}

function Below({ error, hint }: Pick<FieldProps, 'error' | 'hint'>) {
  return (
    <>
      {hint !== undefined && (
        <SlotText slot="description" className={css.hint}>
          {hint}
        </SlotText>
      )}
      <FieldError className={css.error ?? ''}>
        <State tone="blocker" size={16} light>
          {error}
        </State>
      </FieldError>
    </>
  );
}

/** A field for one line of text, or more with `lines`. */
export function TextField({
  label,
  value,
  onChange,
  onBlur,
  error,
  hint,
  placeholder,
  type = 'text',
  inputMode,
  maxLength,
  lines = 1,
  autoFocus = false,
  noPaste = false,
  readOnly = false,
}: FieldProps & {
  value: string;
  onChange: (value: string) => void;
  onBlur?: () => void;
  placeholder?: string;
  type?: 'text' | 'email' | 'password' | 'search';
  inputMode?: 'text' | 'decimal' | 'email';
  maxLength?: number;
  lines?: number;
  autoFocus?: boolean;
  /** Typed twice means typed: a copy would repeat the mistake. */
  noPaste?: boolean;
  readOnly?: boolean;
}) {
  return (
    <AriaTextField
      className={css.field ?? ''}
      value={value}
      onChange={onChange}
      {...(onBlur ? { onBlur } : {})}
      {...(maxLength ? { maxLength } : {})}
      isInvalid={error !== undefined}
      isReadOnly={readOnly}
      type={type}
      {...(inputMode ? { inputMode } : {})}
      autoFocus={autoFocus}
      autoComplete="off"
      spellCheck="false"
      validationBehavior="aria"
    >
      <Label className={css.label ?? ''}>{label}</Label>
      {lines > 1 ? (
        <TextArea className={css.area ?? ''} rows={lines} placeholder={placeholder ?? ''} />
      ) : (
        <Input
          className={css.input ?? ''}
          placeholder={placeholder ?? ''}
          {...(noPaste ? { onPaste: (event) => event.preventDefault() } : {})}
        />
      )}
      <Below error={error} hint={hint} />
    </AriaTextField>
  );
}

export interface Choice {
  readonly id: string;
  readonly label: string;
}

/** A choice out of a short list. */
export function Select({
  label,
  value,
  choices,
  onChange,
  error,
  hint,
}: FieldProps & {
  value: string | null;
  choices: readonly Choice[];
  onChange: (id: string) => void;
}) {
  return (
    <AriaSelect
      className={css.field ?? ''}
      value={value}
      onChange={(key) => {
        if (key !== null) onChange(String(key));
      }}
      isInvalid={error !== undefined}
    >
      <Label className={css.label ?? ''}>{label}</Label>
      <RawButton className={css.select ?? ''}>
        <SelectValue className={css.value ?? ''} />
        <Icon name="down" size={16} />
      </RawButton>
      <Below error={error} hint={hint} />
      <Popover className={css.popover ?? ''}>
        <ListBox className={css.list ?? ''} items={choices}>
          {(choice) => (
            <ListBoxItem className={css.option ?? ''} textValue={choice.label}>
              {choice.label}
            </ListBoxItem>
          )}
        </ListBox>
      </Popover>
    </AriaSelect>
  );
}

const MOST_SUGGESTIONS = 60;

/** A choice out of a long list, narrowed by typing. */
export function Combo({
  label,
  value,
  choices,
  onChange,
  error,
  hint,
}: FieldProps & {
  value: string;
  choices: readonly Choice[];
  onChange: (id: string) => void;
}) {
  const chosen = choices.find((choice) => choice.id === value)?.label ?? value;
  const [typed, setTyped] = useState<string | null>(null);
  const shown = useMemo(() => {
    const wanted = (typed ?? '').toLocaleLowerCase();
    const found =
      wanted === '' ? choices : choices.filter((each) => each.label.toLocaleLowerCase().includes(wanted));
    return found.slice(0, MOST_SUGGESTIONS);
  }, [choices, typed]);
  return (
    <ComboBox
      className={css.field ?? ''}
      inputValue={typed ?? chosen}
      onInputChange={(text) => setTyped(text === chosen ? null : text)}
      value={value === '' ? null : value}
      onChange={(key) => {
        if (key !== null) onChange(String(key));
        setTyped(null);
      }}
      onBlur={() => setTyped(null)}
      items={shown}
      menuTrigger="focus"
      allowsEmptyCollection
      isInvalid={error !== undefined}
    >
      <Label className={css.label ?? ''}>{label}</Label>
      <div className={css.combo}>
        <Input className={css.input ?? ''} />
        <RawButton className={css.open ?? ''}>
          <Icon name="down" size={16} />
        </RawButton>
      </div>
      <Below error={error} hint={hint} />
      <Popover className={css.popover ?? ''}>
        <ListBox<Choice>
          className={css.list ?? ''}
          renderEmptyState={() => (
            <p className={css.none}>
              <Text id="field.no_match" />
            </p>
          )}
        >
          {(choice) => (
            <ListBoxItem className={css.option ?? ''} textValue={choice.label}>
              {choice.label}
            </ListBoxItem>
          )}
        </ListBox>
      </Popover>
    </ComboBox>
  );
}

/** Something that is on or off. The word stands for both; the knob says which. */
export function Switch({
  label,
  on,
  onChange,
}: {
  label: string;
  on: boolean;
  onChange: (on: boolean) => void;
}) {
  return (
    <AriaSwitch className={css.switch ?? ''} isSelected={on} onChange={onChange} aria-label={label}>
      <span className={css.track}>
        <span className={css.knob} />
      </span>
      <span aria-hidden="true">
        <Text id={on ? 'switch.on' : 'switch.off'} />
      </span>
    </AriaSwitch>
  );
}
