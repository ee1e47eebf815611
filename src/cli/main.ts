#!/usr/bin/env node
import { Command, CommanderError } from 'commander';
import manifest from '../../package.json' with { type: 'json' };
import { addAbort } from './abort.ts';
import { addAdministration } from './administer.ts';
import { addBreakers } from './breakers.ts';
import { addCheck } from './check.ts';
import { CODES, Ending } from './codes.ts';
import { addConfig } from './config.ts';
import { addExecutions } from './executions.ts';
import { addGenerate } from './generate.ts';
import { addLive } from './live.ts';
import { addPolicies } from './policies.ts';
import { refuseToken } from './service/connection.ts';

const { version, description } = manifest;

const program = new Command('cockatiel-otel')
  .description(`${description}.`)
  .version(version)
  .showHelpAfterError('(--help tells what there is)')
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

// Whoever reads only the first lines, as `head` does, has what he wants.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = codeOf(error);
}

/** The parser has told of a misuse already. */
function codeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? CODES.fine : CODES.misuse;
  console.error(`error: ${error instanceof Error ? error.message : error}`);
  return error instanceof Ending ? error.code : CODES.found;
}
