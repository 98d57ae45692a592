import { type ReactNode, useEffect, useId, useLayoutEffect, useRef, useState } from 'react';
import { Text, useText } from '../i18n/text.tsx';
import { IconButton } from './button.tsx';
import css from './code-field.module.css';
import {
  type CodeKind,
  caretAfterFormatting,
  formatWhileTyping,
  normaliseMac,
  stateOfCode,
} from './codes.ts';
import { cx } from './cx.ts';
import { State } from './state.tsx';
import { createWedgeDetector } from './wedge.ts';

export interface CodeFieldProps {
  kind: CodeKind;
  label: string;
  value: string;
  onChange: (value: string) => void;
  /** The big field of a dialog. */
  big?: boolean;
  /** Covered until the eye is pressed; only activation codes. */
  secret?: boolean;
  /** Shown at first; a code may be read while it is typed. */
  shownAtFirst?: boolean;
  placeholder?: string;
  /** The device or the register refused it: the sentence under the field. */
  refused?: ReactNode;
  autoFocus?: boolean;
  /** Enter in the field, by hand or by a scanner. */
  onEnter?: () => void;
}

/** The field for activation codes, MACs and lock ids: typed, pasted or scanned, formatted while it is typed. */
export function CodeField({
  kind,
  label,
  value,
  onChange,
  big = false,
  secret = false,
  shownAtFirst = true,
  placeholder,
  refused,
  autoFocus = false,
  onEnter,
}: CodeFieldProps) {
  const t = useText();
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  const caret = useRef<number | null>(null);
  const [shown, setShown] = useState(shownAtFirst);
  const [left, setLeft] = useState(false);
  const state = stateOfCode(kind, value);

  useEffect(() => {
    if (autoFocus) input.current?.focus();
  }, [autoFocus]);

  const isRefused = refused !== undefined;
  useEffect(() => {
    // The next act is to type it again.
    if (isRefused) input.current?.focus();
  }, [isRefused]);

  useLayoutEffect(() => {
    if (caret.current !== null && document.activeElement === input.current) {
      input.current?.setSelectionRange(caret.current, caret.current);
    }
    caret.current = null;
  });

  const change = (text: string, at: number) => {
    const next = formatWhileTyping(kind, text);
    caret.current = caretAfterFormatting(text, at, next);
    onChange(next);
  };

  return (
    <div className={css.field}>
      <label className={cx(css.label, big && css.bigLabel)} htmlFor={id}>
        {label}
      </label>
      <div className={cx(css.box, big && css.big, isRefused && css.bad)}>
        <input
          ref={input}
          id={id}
          className={cx(css.input, secret && !shown && css.covered)}
          value={value}
          placeholder={placeholder}
          autoComplete="off"
          autoCapitalize="characters"
          spellCheck={false}
          maxLength={64}
          aria-invalid={isRefused}
          aria-describedby={`${id}-hint`}
          onChange={(event) =>
            change(event.target.value, event.target.selectionStart ?? event.target.value.length)
          }
          onBlur={() => {
            setLeft(true);
            if (kind === 'mac') onChange(normaliseMac(value) ?? value);
          }}
          onFocus={() => setLeft(false)}
          onKeyDown={(event) => {
            if (event.key === 'Enter' && onEnter) {
              event.preventDefault();
              onEnter();
            }
          }}
        />
        {secret && (
          <IconButton
            kind="quiet"
            icon={shown ? 'eye_off' : 'eye'}
            label={t(shown ? 'code.hide' : 'code.show')}
            onPress={() => setShown(!shown)}
          />
        )}
      </div>
      <div id={`${id}-hint`} className={css.hint}>
        {refused ??
          (left && state.kind === 'short' && (
            <span className={css.short}>
              <State tone="blocker" size={16} light>
                <Text id="code.short" values={{ have: state.have, need: state.need }} />
              </State>
            </span>
          ))}
        {refused === undefined && left && state.kind === 'unknown_form' && (
          <State tone="attention" size={16} light>
            <Text id={kind === 'activation_code' ? 'code.unknown_form' : 'code.wrong_form'} />
          </State>
        )}
      </div>
    </div>
  );
}

/** Takes what a keyboard-wedge scanner types anywhere on the page while `onScan` is given. */
export function useScanner(onScan: ((text: string) => void) | null): void {
  const latest = useRef(onScan);
  latest.current = onScan;
  const active = onScan !== null;
  useEffect(() => {
    if (!active) return;
    const detector = createWedgeDetector();
    const listen = (event: KeyboardEvent) => {
      const scanned = detector.key(event.key, event.timeStamp);
      if (scanned === null) return;
      // A field that has the focus was typed into already, and answers Enter itself.
      if (event.target instanceof HTMLInputElement || event.target instanceof HTMLTextAreaElement) return;
      event.preventDefault();
      event.stopPropagation();
      latest.current?.(scanned);
    };
    document.addEventListener('keydown', listen, { capture: true });
    return () => document.removeEventListener('keydown', listen, { capture: true });
  }, [active]);
}
