import { type Command, InvalidArgumentError, Option } from 'commander';
import type { GenericSchema, InferOutput } from 'valibot';
import { EXIT_CODES } from '../cli-error.ts';
import { addConnection, type ConnectionOptions, connectionFrom } from '../client/connection.ts';
import type { ServiceResponse } from '../client/request.ts';
import { seconds } from '../option-values.ts';
import type { View } from '../output/view.ts';

/** What is expected of an answer, and what is made of it in so many columns. */
interface Shown<S extends GenericSchema> {
  readonly schema: S;
  readonly view: (answer: ServiceResponse<InferOutput<S>>, columns: number | undefined) => View;
}

interface Options extends ConnectionOptions {
  readonly json?: boolean;
  readonly watch?: boolean;
  readonly interval: number;
}

/**
 * Makes a command of a route that can be looked at, once or again and again.
 *
 * @param load what is needed for it, which only who runs the command waits for
 */
export function addViewCommand<S extends GenericSchema>(
  command: Command,
  path: string,
  load: () => Promise<Shown<S>>,
): void {
  addConnection(command)
    .option('--json', 'the answer as JSON; with --watch a line each')
    .option('--watch', 'look again and again, until Ctrl-C, which ends it with 0')
    .addOption(
      new Option('--interval <time>', 'from one look to the next, with --watch')
        .argParser(interval)
        .default(1, '1s'),
    )
    .action(async (options: Options) => {
      const connection = connectionFrom(options);
      const [{ schema, view }, { request: ask }, { json }] = await Promise.all([
        load(),
        import('../client/request.ts'),
        import('../output/escape.ts'),
      ]);
      const look = async (signal?: AbortSignal) =>
        view(await ask(connection, path, schema, signal ? { signal } : {}), process.stdout.columns);
      if (options.watch) return follow(look, connection.url, options);
      const seen = await look();
      process.stdout.write(options.json ? `${json(seen.json, 2)}\n` : textOf(seen, 'below'));
      if (seen.found) process.exitCode = EXIT_CODES.found;
    });
}

async function follow(
  look: (signal: AbortSignal) => Promise<View>,
  url: string,
  options: Options,
): Promise<void> {
  const [{ watch }, { displayFor: canvasFor }, { json }] = await Promise.all([
    import('../watch.ts'),
    import('../output/display.ts'),
    import('../output/escape.ts'),
  ]);
  const draw = async (signal: AbortSignal) => {
    const seen = await look(signal);
    return options.json ? json(seen.json) : textOf(seen, 'above');
  };
  await watch(draw, canvasFor(url, options.json ?? false), options.interval);
}

/** The summary is where it is seen: at the end of what a terminal has scrolled. */
function textOf({ summary, lines }: View, where: 'above' | 'below'): string {
  const parts = lines.length === 0 ? [summary] : [lines.join('\n'), summary];
  return where === 'above' ? parts.reverse().join('\n\n') : `${parts.join('\n\n')}\n`;
}

const LEAST = 0.1;
const MOST = 3600;

function interval(text: string): number {
  const value = seconds(text);
  if (value >= LEAST && value <= MOST) return value;
  throw new InvalidArgumentError(`Expected a time from 100ms to 1h, got ${JSON.stringify(text)}`);
}
