import { parseArgs } from 'node:util';

export const HELP = `Usage: npm run demo -- [options]

Plays an incident of five services on loopback: healthy, slow, failing, down, recovering. A client
calls them through instrumented cockatiel policies. If prometheus and alertmanager are on the PATH,
the demo starts them too, and alerts fire.

Options:
  --once             play the incident once, in less than a minute; exit with 0 if the metrics equal
                     the counts of the demo, with 1 otherwise
  --port PORT        port of the metrics; 0 chooses a free port (default 9464)
  --live-port PORT   port of the live page; 0 chooses a free port, also used if the port is taken
                     (default 9465)
  --plain            print lines instead of a full-screen view; default if the output is no terminal
  --help             print this help

Ctrl-C ends the demo and everything it started. NO_COLOR is respected.
`;

export interface Arguments {
  readonly once: boolean;
  readonly plain: boolean;
  readonly help: boolean;
  readonly port: number;
  readonly livePort: number;
}

/** @throws Error that names the invalid argument */
export function parseArguments(args: readonly string[]): Arguments {
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
    port: parsePort('--port', values.port),
    livePort: parsePort('--live-port', values['live-port']),
  };
}

function parsePort(option: string, value: string): number {
  if (!/^\d{1,5}$/.test(value) || Number(value) > 65535) {
    throw new Error(`Expected ${option} to be a number from 0 to 65535, got "${value}"`);
  }
  return Number(value);
}
