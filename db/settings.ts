import { readJson, writeJson } from './rows.ts';
import type { Connection } from './sqlite.ts';
import type { Store } from './store.ts';

/** Small settings that are no secret. */
export function createSettings(db: Connection): Store['settings'] {
  const get = db.prepare<[string], string>('SELECT value FROM settings WHERE key = ?').pluck();
  const set = db.prepare(
    'INSERT INTO settings (key, value) VALUES (@key, @value) ON CONFLICT DO UPDATE SET value = @value',
  );
  return {
    get(key) {
      const text = get.get(key);
      return text === undefined ? undefined : readJson('settings', 'value', text);
    },
    set(key, value) {
      set.run({ key, value: writeJson(value) });
    },
  };
}
