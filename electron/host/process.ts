import { parentLink } from './parent-link.ts';
import { processHost } from './process-host.ts';
import { runHost } from './run.ts';

/** The host's program under plain Node, as a child of its frame, which alone decides when it ends. */
process.on('SIGINT', () => {});
process.on('SIGTERM', () => {});
runHost(parentLink(process), processHost(fetch), (code) => process.exit(code));
