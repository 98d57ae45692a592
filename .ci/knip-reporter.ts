import type { Reporter } from 'knip';

/** Gives the dead-code gate what knip found as one JSON line, with the number of files that it read. */
const report: Reporter = ({ issues, counters }) => {
  const findings = Object.values(issues).flatMap((byFile) =>
    Object.values(byFile).flatMap((bySymbol) =>
      Object.values(bySymbol).map(({ type, filePath, symbol }) => ({ type, filePath, symbol })),
    ),
  );
  console.log(JSON.stringify({ files: counters.processed, findings }));
};

export default report;
