import { net } from 'electron';
import { createProcessHost } from '../host/process-host.ts';
import { runHost } from '../host/run.ts';
import { parentPortLink } from './parent-port-link.ts';

/** The host's program in Electron. Its requests go through the system's proxy and trust the company's certificates. */
runHost(parentPortLink(process.parentPort), createProcessHost(net.fetch.bind(net)), (code) => process.exit(code));
