#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { addConfig } from './config.ts';
import { addGenerate } from './generate.ts';

const { version, description } = JSON.parse(
  readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
) as { version: string; description: string };

const program = new Command('cockatiel-otel')
  .description(`${description}.`)
  .version(version)
  .showHelpAfterError('(--help tells what there is)')
  .exitOverride();
addGenerate(program);
addConfig(program);

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

/** 0 fine, 2 misuse, which the parser has told already, 1 what could not be done. */
function codeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  console.error(`error: ${error instanceof Error ? error.message : error}`);
  return 1;
}
