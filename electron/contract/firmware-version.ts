/** `major.minor`, then revision and build where they are told; `v` before and `+` before the build as some write. */
const VERSION = /^v?(\d{1,9})\.(\d{1,9})(?:\.(\d{1,9}))?(?:[.+](\d{1,9}))?$/;

/**
 * Compares firmware versions: below zero where `one` is older than `other`, above where it is newer. Undefined where
 * one of both is not written as a version: then nothing can be said.
 */
export function compareVersions(one: string, other: string): number | undefined {
  const [a, b] = [numbersOf(one), numbersOf(other)];
  if (a === undefined || b === undefined) return undefined;
  return a.map((value, at) => value - (b[at] ?? 0)).find((difference) => difference !== 0) ?? 0;
}

function numbersOf(version: string): number[] | undefined {
  const [, ...parts] = VERSION.exec(version.trim()) ?? [];
  return parts.length === 0 ? undefined : parts.map((part) => Number(part ?? 0));
}
