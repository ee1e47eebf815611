#!/usr/bin/env node
import { Command, CommanderError } from 'commander';
import manifest from '../../package.json' with { type: 'json' };
import { redact } from '../shared/redact.ts';
import { CliError, EXIT_CODES } from './cli-error.ts';
import { refuseToken } from './client/connection.ts';
import { addAbort } from './commands/abort.ts';
import { addAdministration } from './commands/administer.ts';
import { addBreakers } from './commands/breakers.ts';
import { addCheck } from './commands/check.ts';
import { addConfig } from './commands/config.ts';
import { addExecutions } from './commands/executions.ts';
import { addGenerate } from './commands/generate.ts';
import { addLive } from './commands/live.ts';
import { addPolicies } from './commands/policies.ts';

const { version, description } = manifest;

const program = new Command('cockatiel-otel')
  .description(`${description}.`)
  .version(version)
  .showHelpAfterError('(--help tells what there is)')
  // It repeats what it was given.
  .configureOutput({ outputError: (text, write) => write(redact(text)) })
  .exitOverride();
refuseToken(program);
for (const add of [
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
  add(program);
}

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // A reader of the first lines only, such as `head`, is done.
  if (error.code === 'EPIPE') process.exit();
  console.error(`error: Standard output can not be written: ${error.message}`);
  process.exit(EXIT_CODES.found);
});
// There is no place left for an error.
process.stderr.on('error', () => process.exit());

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = codeOf(error);
}

/** The parser has told of a misuse already. */
function codeOf(error: unknown): number {
  if (error instanceof CommanderError)
    return error.exitCode === 0 ? EXIT_CODES.fine : EXIT_CODES.misuse;
  console.error(`error: ${error instanceof Error ? error.message : error}`);
  return error instanceof CliError ? error.code : EXIT_CODES.found;
}
