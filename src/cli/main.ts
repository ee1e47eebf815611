#!/usr/bin/env node
import { Command, CommanderError } from 'commander';
import manifest from '../../package.json' with { type: 'json' };
import { redact } from '../shared/redact.ts';
import { CliError, EXIT_CODES } from './client/cli-error.ts';
import { addAbort } from './commands/abort.ts';
import { addAdministration } from './commands/administer.ts';
import { addBreakers } from './commands/breakers.ts';
import { addCheck } from './commands/check.ts';
import { addConfig } from './commands/config.ts';
import { addExecutions } from './commands/executions.ts';
import { addGenerate } from './commands/generate.ts';
import { addLive } from './commands/live.ts';
import { addPolicies } from './commands/policies.ts';
import { rejectTokenOption } from './options/connection.ts';

const { version, description } = manifest;

const program = new Command('cockatiel-otel')
  .description(`${description}.`)
  .version(version)
  .showHelpAfterError('(see --help)')
  // Messages of the parser repeat arguments, which may contain a secret.
  .configureOutput({ outputError: (text, write) => write(redact(text)) })
  .exitOverride();
rejectTokenOption(program);
for (const addCommand of [
  addBreakers,
  addAdministration,
  addPolicies,
  addExecutions,
  addAbort,
  addCheck,
  addLive,
  addGenerate,
  addConfig,
]) {
  addCommand(program);
}

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // The reader, such as `head`, has closed the pipe.
  if (error.code === 'EPIPE') process.exit();
  console.error(`error: Standard output cannot be written: ${error.message}`);
  process.exit(EXIT_CODES.problem);
});
// No output is left for an error message.
process.stderr.on('error', () => process.exit());

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = reportError(error);
}

/** Prints the error, unless the parser has printed it already; returns the exit code. */
function reportError(error: unknown): number {
  if (error instanceof CommanderError) {
    return error.exitCode === 0 ? EXIT_CODES.ok : EXIT_CODES.misuse;
  }
  console.error(`error: ${error instanceof Error ? error.message : error}`);
  return error instanceof CliError ? error.code : EXIT_CODES.problem;
}
