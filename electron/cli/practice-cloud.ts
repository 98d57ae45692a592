import { parseArgs } from 'node:util';
import { startPracticeCloud } from '../host/practice/index.ts';

const usage = 'practice-cloud --data DIR [--port N] [--smtp HOST:PORT]';

/** Reads the command line; `null` if it makes no sense. */
function readOptions(): Parameters<typeof startPracticeCloud>[0] | null {
  try {
    const { values } = parseArgs({
      options: { data: { type: 'string' }, port: { type: 'string', default: '0' }, smtp: { type: 'string' } },
    });
    const smtp = /^([\w.-]+):(\d{1,5})$/.exec(values.smtp ?? '');
    if (!values.data || !isPort(values.port) || (values.smtp !== undefined && !isPort(smtp?.[2] ?? '')))
      return null;
    return {
      dataDir: values.data,
      port: Number(values.port),
      ...(smtp?.[1] !== undefined && { smtp: { host: smtp[1], port: Number(smtp[2]) } }),
    };
  } catch {
    return null;
  }
}

function isPort(text: string): boolean {
  return /^\d{1,5}$/.test(text) && Number(text) <= 65_535;
}

/** Runs the practice cloud alone: prints `{"url", "mailbox"}` on one line and stays until SIGTERM or SIGINT. */
async function main(): Promise<void> {
  const options = readOptions();
  if (!options) {
    console.error(usage);
    process.exitCode = 2;
    return;
  }
  try {
    const cloud = await startPracticeCloud(options);
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      process.once(signal, () => {
        void cloud.close().then(() => process.exit(0));
      });
    }
    process.stdout.write(`${JSON.stringify({ url: cloud.url, mailbox: cloud.mailboxUrl })}\n`);
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    console.error(
      code === 'SQLITE_BUSY' ? 'Another practice cloud uses this folder.' : `practice-cloud: ${message}`,
    );
    process.exitCode = 1;
  }
}

await main();
