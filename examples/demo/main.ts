import { constants } from 'node:os';
import { type Arguments, HELP, parse } from './arguments.ts';
import { Demo } from './demo.ts';
import { plain } from './view/plain.ts';
import { isBalanced } from './view/summary.ts';
import { terminal } from './view/terminal.ts';
import type { View } from './view/view.ts';

type Signal = 'SIGINT' | 'SIGTERM' | 'SIGHUP' | 'SIGPIPE';

const interrupted = new AbortController();
let demo: Demo | undefined;
let view: View | undefined;

/** The first time everything is stopped in order; who asks again gets it at once. */
function interrupt(signal: Signal): void {
  if (interrupted.signal.aborted && signal !== 'SIGPIPE') process.exit(codeOf(signal));
  interrupted.abort(signal);
}

/** By the convention of shells. */
function codeOf(signal: Signal): number {
  return 128 + constants.signals[signal];
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, interrupt);
// npm tells its shell to end, and the shell tells nobody: then there is another parent.
const parent = process.ppid;
if (process.env['npm_lifecycle_event']) {
  const watch = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(watch);
    interrupt('SIGHUP');
  }, 500).unref();
}
// Nobody reads any more: `npm run demo | head`.
process.stdout.on('error', () => interrupt('SIGPIPE'));
process.on('uncaughtException', async (error) => {
  view?.end();
  console.error(error);
  await demo?.close();
  process.exit(1);
});

function viewOf(running: Demo, { plain: asked }: Arguments): View {
  const { stdout } = process;
  const drawn = stdout.isTTY && process.env['TERM'] !== 'dumb' && !asked;
  return drawn ? terminal(running, stdout) : plain(running, stdout);
}

/** @returns the exit code */
async function run(args: Arguments): Promise<number> {
  const { signal } = interrupted;
  demo = await Demo.start(args.port);
  view = viewOf(demo, args);
  try {
    do await demo.play(signal);
    while (!args.once);
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    view.end();
  }
  // Ctrl-C is how the demo ends that goes on and on.
  if (signal.aborted && (args.once || signal.reason !== 'SIGINT')) return codeOf(signal.reason);
  await demo.settle();
  // A terminal sends Ctrl-C to every program that it started, so Prometheus has ended by now.
  const audits = await demo.audit({ prometheus: !signal.aborted });
  view.summarise(audits);
  return isBalanced(audits) ? 0 : 1;
}

let args: Arguments;
try {
  args = parse(process.argv.slice(2));
} catch (error) {
  console.error(`${(error as Error).message}\nSee npm run demo -- --help`);
  process.exit(2);
}
if (args.help) {
  console.log(HELP);
  process.exit(0);
}
let code: number;
try {
  code = await run(args);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  code = 1;
}
await demo?.close();
process.exit(code);
