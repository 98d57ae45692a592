/** What a person may choose; `system` follows the laptop. */
export const themeChoices = ['system', 'light', 'dark', 'contrast'] as const;
export type ThemeChoice = (typeof themeChoices)[number];
export type Theme = Exclude<ThemeChoice, 'system'>;

const STORAGE_KEY = 'doorstep.theme';
const MORE_CONTRAST = '(prefers-contrast: more)';
const DARK = '(prefers-color-scheme: dark)';

/** The theme that `choice` means on a laptop with these two preferences. */
export function resolveTheme(choice: ThemeChoice, system: { contrast: boolean; dark: boolean }): Theme {
  if (choice !== 'system') return choice;
  if (system.contrast) return 'contrast';
  return system.dark ? 'dark' : 'light';
}

/** What was chosen on this laptop, else `system`. */
export function storedThemeChoice(storage: Pick<Storage, 'getItem'> = localStorage): ThemeChoice {
  const stored = storage.getItem(STORAGE_KEY);
  return themeChoices.find((choice) => choice === stored) ?? 'system';
}

const listeners = new Set<() => void>();

/** Keeps `choice` and shows it at once. */
export function chooseTheme(choice: ThemeChoice): void {
  localStorage.setItem(STORAGE_KEY, choice);
  applyTheme();
  for (const listener of listeners) listener();
}

/** Tells `listener` when another theme was chosen. */
export function onThemeChoice(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function applyTheme(): void {
  document.documentElement.dataset.theme = resolveTheme(storedThemeChoice(), {
    contrast: matchMedia(MORE_CONTRAST).matches,
    dark: matchMedia(DARK).matches,
  });
}

/** Shows the chosen theme and follows the laptop's preferences from now on. */
export function startTheme(): void {
  applyTheme();
  for (const query of [MORE_CONTRAST, DARK]) matchMedia(query).addEventListener('change', applyTheme);
}
