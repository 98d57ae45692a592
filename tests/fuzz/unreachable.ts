/** A branch that no input reaches: part of its source line, and why. One that is reached after all is no harm. */
interface Unreachable {
  readonly file: string;
  readonly source: RegExp;
  readonly why: string;
}

const OWN_MISTAKE = 'only a mistake of this program’s own code, never an input, leads there';

/** Every branch of the parsers that the fuzzer may miss. */
const UNREACHABLE: readonly Unreachable[] = [
  { file: 'native/smp/cbor.ts', source: /isSafeInteger.*throw new CborError/, why: OWN_MISTAKE },
  { file: 'native/smp/cbor.ts', source: /undefined: \(\) => \{/, why: OWN_MISTAKE },
  { file: 'native/smp/fragment.ts', source: /throw new RangeError/, why: OWN_MISTAKE },
  { file: 'native/smp/header.ts', source: /!Number\.isInteger\(value\)/, why: OWN_MISTAKE },
  { file: 'native/virtual/dispatcher.ts', source: /smpRefusal\('unknown'\)/, why: OWN_MISTAKE },
  { file: 'native/virtual/dispatcher.ts', source: /smpRefusal\('invalid'\) : error/, why: OWN_MISTAKE },
];

/** Why a branch is not reached, for one that is known; `line` is `number: source line`. */
export function reasonFor(file: string, line: string): string | undefined {
  return UNREACHABLE.find((row) => row.file === file && row.source.test(line))?.why;
}
