import { parseArgs } from 'node:util';

export const HELP = `Usage: npm run demo -- [options]

Five services on loopback go through an incident: healthy, slow, failing, down, recovering. A client
calls them through instrumented cockatiel policies. Where prometheus and alertmanager are on the
PATH they are started too, and page when a circuit stays open.

Options:
  --once       tell the story once, in less than a minute; exit 0 if the metrics have what the demo
               counted by itself, and 1 if not
  --port PORT  where the metrics are served; 0 takes any free port (default 9464)
  --live-port PORT  where the live page is served; 0 takes any free port, as does one that is taken
               (default 9465)
  --plain      print lines instead of drawing a picture, as where the output is no terminal
  --help       print this

Ctrl-C ends the demo and everything it started. NO_COLOR is respected.
`;

export interface Arguments {
  readonly once: boolean;
  readonly plain: boolean;
  readonly help: boolean;
  readonly port: number;
  readonly livePort: number;
}

/** @throws Error saying what is wrong with them */
export function parse(args: readonly string[]): Arguments {
  const { values } = parseArgs({
    args: [...args],
    options: {
      once: { type: 'boolean', default: false },
      plain: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
      port: { type: 'string', default: '9464' },
      'live-port': { type: 'string', default: '9465' },
    },
  });
  const { once, plain, help } = values;
  return {
    once,
    plain,
    help,
    port: portOf('--port', values.port),
    livePort: portOf('--live-port', values['live-port']),
  };
}

function portOf(option: string, value: string): number {
  if (!/^\d{1,5}$/.test(value) || Number(value) > 65535) {
    throw new Error(`Expected ${option} to be a number from 0 to 65535, got "${value}"`);
  }
  return Number(value);
}
