import css from './code.module.css';
import { groupsOfLockId } from './codes.ts';

/** A MAC, lock id or error code. Lock ids are spaced 2-4-4-4 by margins, so that a copy has no spaces. */
export function Code({ value }: { value: string }) {
  const groups = groupsOfLockId(value);
  if (groups === null) return <code>{value}</code>;
  return (
    <code className={css.id}>
      {groups.map((group, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: four groups in a fixed order
        <span key={index}>{group}</span>
      ))}
    </code>
  );
}

/** The small code beside an error or finding, for support. */
export function ErrorCodeText({ code }: { code: string }) {
  return <code className={css.error}>{code}</code>;
}
