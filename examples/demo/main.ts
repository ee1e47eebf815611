import { type Arguments, HELP, parseArguments } from './arguments.ts';
import { Demo } from './demo.ts';
import { serveLivePage } from './live.ts';
import { exitCodeOf, onInterrupt } from './signals.ts';
import { createPlainView } from './view/plain.ts';
import { areEqual } from './view/summary.ts';
import { createTerminalView } from './view/terminal.ts';
import type { View } from './view/view.ts';

let demo: Demo | undefined;
let view: View | undefined;

/** @returns the exit code */
async function main(): Promise<number> {
  let args: Arguments;
  try {
    args = parseArguments(process.argv.slice(2));
  } catch (error) {
    console.error(`${(error as Error).message}\nSee npm run demo -- --help`);
    return 2;
  }
  if (args.help) {
    console.log(HELP);
    return 0;
  }
  const interruption = onInterrupt();
  try {
    const live = await serveLivePage(args.livePort);
    console.log(`live page     ${live.url}\ntoken         ${live.token}`);
    demo = await Demo.start(args.port, live);
  } catch (error) {
    const { message, cause } = error as Error;
    console.error(message);
    if ((cause as NodeJS.ErrnoException | undefined)?.code === 'EADDRINUSE') {
      console.error('To use a free port: npm run demo -- --port 0');
    }
    return 1;
  }
  view = createView(demo, args);
  try {
    do await demo.playPhases(interruption);
    while (!args.once);
  } catch (error) {
    if (!interruption.aborted) throw error;
  }
  view.end();
  // Without --once, Ctrl-C is the normal end of the demo.
  if (interruption.aborted && (args.once || interruption.reason !== 'SIGINT')) {
    return exitCodeOf(interruption.reason);
  }
  await demo.settle();
  // The terminal sends Ctrl-C to Prometheus too, so Prometheus has ended.
  const audits = await demo.audit({ prometheus: !interruption.aborted });
  view.showSummary(audits);
  return areEqual(audits) ? 0 : 1;
}

function createView(running: Demo, args: Arguments): View {
  const { stdout } = process;
  const isFullScreen = stdout.isTTY && process.env['TERM'] !== 'dumb' && !args.plain;
  return isFullScreen ? createTerminalView(running, stdout) : createPlainView(running, stdout);
}

async function end(code: number): Promise<void> {
  await demo?.close();
  process.exit(code);
}

/** Prints an unexpected error and ends the demo. */
async function fail(error: unknown): Promise<void> {
  view?.end();
  console.error(error);
  await end(1);
}

process.on('uncaughtException', fail);
main().then(end, fail);
