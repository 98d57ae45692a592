/** What names are compared by: without regard to case, Unicode form and repeated blanks. */
export function nameKey(name: string): string {
  return name.normalize('NFC').replace(/\s+/gu, ' ').trim().toLocaleLowerCase('en');
}
