import { type Arguments, HELP, parse } from './arguments.ts';
import { Demo } from './demo.ts';
import { serveLive } from './live.ts';
import { codeOf, interruption } from './signals.ts';
import { plain } from './view/plain.ts';
import { isBalanced } from './view/summary.ts';
import { terminal } from './view/terminal.ts';
import type { View } from './view/view.ts';

let demo: Demo | undefined;
let view: View | undefined;

/** @returns the exit code */
async function main(): Promise<number> {
  let args: Arguments;
  try {
    args = parse(process.argv.slice(2));
  } catch (error) {
    console.error(`${(error as Error).message}\nSee npm run demo -- --help`);
    return 2;
  }
  if (args.help) {
    console.log(HELP);
    return 0;
  }
  const interrupted = interruption();
  try {
    const live = await serveLive(args.livePort);
    console.log(`live page     ${live.url}\ntoken         ${live.token}`);
    demo = await Demo.start(args.port, live);
  } catch (error) {
    const { message, cause } = error as Error;
    console.error(message);
    if ((cause as NodeJS.ErrnoException | undefined)?.code === 'EADDRINUSE') {
      console.error('Any free port: npm run demo -- --port 0');
    }
    return 1;
  }
  view = viewOf(demo, args);
  try {
    do await demo.play(interrupted);
    while (!args.once);
  } catch (error) {
    if (!interrupted.aborted) throw error;
  }
  view.end();
  // Ctrl-C is how the demo ends that goes on and on; everything else is before its time.
  if (interrupted.aborted && (args.once || interrupted.reason !== 'SIGINT')) {
    return codeOf(interrupted.reason);
  }
  await demo.settle();
  // A terminal sends Ctrl-C to every program that it started, so Prometheus has ended by now.
  const audits = await demo.audit({ prometheus: !interrupted.aborted });
  view.summarise(audits);
  return isBalanced(audits) ? 0 : 1;
}

function viewOf(running: Demo, args: Arguments): View {
  const { stdout } = process;
  const drawn = stdout.isTTY && process.env['TERM'] !== 'dumb' && !args.plain;
  return drawn ? terminal(running, stdout) : plain(running, stdout);
}

async function end(code: number): Promise<void> {
  await demo?.close();
  process.exit(code);
}

/** Whatever was not foreseen, also in a timer, is told and ends everything. */
async function fail(error: unknown): Promise<void> {
  view?.end();
  console.error(error);
  await end(1);
}

process.on('uncaughtException', fail);
main().then(end, fail);
