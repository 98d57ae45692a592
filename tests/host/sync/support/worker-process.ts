import { makeLaptop } from './laptop.ts';

/**
 * A worker in a process of its own, which kills itself: `worker-process.ts CLOUD DATADIR WHEN COUNT` dies at its
 * COUNT-th write, `before` it is sent or when its `answer` has come but nobody has seen it. Exits with 0 when every
 * site is released.
 */
const [cloudUrl = '', dataDir = '', when = '', count = ''] = process.argv.slice(2);
let writes = 0;
function strike(moment: string, method: string): void {
  if (method === 'GET' || moment !== when) return;
  writes += 1;
  if (writes === Number(count)) process.kill(process.pid, 'SIGKILL');
}

const laptop = await makeLaptop(cloudUrl, {
  dataDir,
  beforeSending: ({ method }) => strike('before', method),
  afterAnswer: ({ method }) => strike('answer', method),
});
const isOver = () => laptop.store.sites.all().every((site) => site.state === 'released');
laptop.store.onChange(() => {
  if (isOver()) setImmediate(() => void laptop.close().then(() => process.exit(0)));
});
laptop.sync.start();
