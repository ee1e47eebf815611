import { type Command, InvalidArgumentError, Option } from 'commander';
import type { GenericSchema, InferOutput } from 'valibot';
import { EXIT_CODES } from '../client/cli-error.ts';
import type { ServiceResponse } from '../client/request.ts';
import {
  addConnectionOptions,
  type ConnectionOptions,
  resolveConnection,
} from '../options/connection.ts';
import { parseSeconds } from '../options/values.ts';
import type { View } from '../output/view.ts';

interface ViewSource<S extends GenericSchema> {
  readonly schema: S;
  /** Formats a response for a terminal of that many columns. */
  readonly toView: (response: ServiceResponse<InferOutput<S>>, columns: number | undefined) => View;
}

interface Options extends ConnectionOptions {
  readonly json?: boolean;
  readonly watch?: boolean;
  readonly interval: number;
}

/**
 * Adds options and action to a command that shows a route once, or repeatedly with `--watch`.
 *
 * @param load imports the modules that only this command needs
 */
export function addViewCommand<S extends GenericSchema>(
  command: Command,
  path: string,
  load: () => Promise<ViewSource<S>>,
): void {
  addConnectionOptions(command)
    .option('--json', 'print the response as JSON; with --watch, one line per response')
    .option('--watch', 'repeat until Ctrl-C, which exits with 0')
    .addOption(
      new Option('--interval <time>', 'time between two requests of --watch')
        .argParser(parseInterval)
        .default(1, '1s'),
    )
    .action(async (options: Options) => {
      const connection = resolveConnection(options);
      const [{ schema, toView }, { request }, { toPrintableJson }] = await Promise.all([
        load(),
        import('../client/request.ts'),
        import('../../shared/escape-controls.ts'),
      ]);
      const fetchView = async (signal?: AbortSignal) =>
        toView(
          await request(connection, path, schema, signal ? { signal } : {}),
          process.stdout.columns,
        );
      if (options.watch) return watchView(fetchView, connection.url, options);
      const view = await fetchView();
      process.stdout.write(
        options.json ? `${toPrintableJson(view.json, 2)}\n` : toText(view, 'summary last'),
      );
      if (view.hasProblem) process.exitCode = EXIT_CODES.problem;
    });
}

async function watchView(
  fetchView: (signal: AbortSignal) => Promise<View>,
  url: string,
  options: Options,
): Promise<void> {
  const [{ watch }, { createDisplay }, { toPrintableJson }] = await Promise.all([
    import('./watch.ts'),
    import('../output/create-display.ts'),
    import('../../shared/escape-controls.ts'),
  ]);
  const fetchText = async (signal: AbortSignal) => {
    const view = await fetchView(signal);
    return options.json ? toPrintableJson(view.json) : toText(view, 'summary first');
  };
  await watch(fetchText, createDisplay(url, options.json ?? false), options.interval);
}

/** The summary comes last where a terminal scrolls, and first where the height cuts the table. */
function toText({ summary, lines }: View, order: 'summary first' | 'summary last'): string {
  const parts = lines.length === 0 ? [summary] : [lines.join('\n'), summary];
  return order === 'summary first' ? parts.reverse().join('\n\n') : `${parts.join('\n\n')}\n`;
}

const MIN_SECONDS = 0.1;
const MAX_SECONDS = 3600;

function parseInterval(text: string): number {
  const value = parseSeconds(text);
  if (value >= MIN_SECONDS && value <= MAX_SECONDS) return value;
  throw new InvalidArgumentError(`Expected a time from 100ms to 1h, got ${JSON.stringify(text)}`);
}
