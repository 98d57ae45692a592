import { net } from 'electron';
import { processHost } from '../host/process-host.ts';
import { runHost } from '../host/run.ts';
import { parentPortLink } from './parent-port-link.ts';

const request: typeof fetch = (input, init) => net.fetch(input instanceof URL ? input.href : input, init);

/** The host's program in Electron. Its requests go through the system's proxy and trust the company's certificates. */
runHost(parentPortLink(process.parentPort), processHost(request), (code) => process.exit(code));
