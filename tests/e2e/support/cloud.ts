import { startProgram } from './program.ts';

/** The practice cloud as a process of its own, with a port that stays, so that it can go and come back. */
export interface CloudProgram {
  readonly url: string;
  stop(): Promise<void>;
  kill(): Promise<void>;
  /** The cloud's own record of everything that happened. */
  ledger(): Promise<{ event: string; installation_id: string | null }[]>;
  mailbox(to: string): Promise<{ kind: string; links: string[]; message_id: string }[]>;
  /** Messages that the cloud's mail server took, repeated ones included. */
  smtpDeliveries(): Promise<number>;
  /** Switches traps. */
  traps(traps: Record<string, unknown>): Promise<void>;
}

/** Starts the practice cloud on a port (0 for any) and waits until it answers. */
export async function startCloud(dataDir: string, port = 0): Promise<CloudProgram> {
  const program = startProgram('electron/cli/practice-cloud.ts', ['--port', String(port), '--data', dataDir]);
  const { url } = JSON.parse(await program.line((line) => line.startsWith('{'), 'its address')) as {
    url: string;
  };
  const read = async <T>(path: string): Promise<T[]> =>
    (
      (await (await fetch(`${url}/practice${path}`, { headers: { accept: 'application/json' } })).json()) as {
        items: T[];
      }
    ).items;
  return {
    url,
    stop: program.stop,
    kill: program.kill,
    ledger: () => read('/ledger?after=0'),
    mailbox: (to) => read(`/mailbox?to=${encodeURIComponent(to)}`),
    async smtpDeliveries() {
      const answer = await fetch(`${url}/practice/mailbox`, { headers: { accept: 'application/json' } });
      return ((await answer.json()) as { smtp_deliveries: number }).smtp_deliveries;
    },
    async traps(traps) {
      const answer = await fetch(`${url}/practice/traps`, {
        method: 'PUT',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(traps),
      });
      if (!answer.ok) throw new Error(`the practice cloud refused the traps: ${await answer.text()}`);
    },
  };
}
