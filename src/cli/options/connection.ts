import { type Command, InvalidArgumentError, Option } from 'commander';
import {
  DEFAULT_URL,
  resolveToken,
  resolveUrl,
  TOKEN_VARIABLE,
  URL_VARIABLE,
} from '../client/address.ts';
import { EXIT_CODES } from '../client/cli-error.ts';
import type { Connection } from '../client/request.ts';
import { warnClearText } from '../client/warn-clear-text.ts';
import { parseSeconds } from './values.ts';

const MAX_TIMEOUT_SECONDS = 300;

export interface ConnectionOptions {
  readonly url?: string;
  readonly timeout: number;
}

/** Adds the options of every command that sends requests to a service. */
export function addConnectionOptions(command: Command): Command {
  return command
    .option(
      '--url <url>',
      `base URL of the health routes (default: ${URL_VARIABLE}, or ${DEFAULT_URL})`,
    )
    .addOption(
      new Option('--timeout <time>', 'longest wait for a response, such as 500ms or 10s')
        .argParser(parseTimeout)
        .default(5, '5s'),
    );
}

/**
 * Rejects `--token` without repeating its value, on every command. Commander would print the value of
 * an unknown option.
 */
export function rejectTokenOption(command: Command): Command {
  return command.addOption(new Option('--token [value]').hideHelp()).on('option:token', () => {
    command.error(
      `error: Expected the token in ${TOKEN_VARIABLE}, got --token: every user of this machine ` +
        'can read the options of a process',
      { exitCode: EXIT_CODES.misuse },
    );
  });
}

/** Also warns if the token would be sent without encryption. */
export function resolveConnection({ url, timeout }: ConnectionOptions): Connection {
  const address = resolveUrl(url, process.env);
  const token = resolveToken(process.env);
  warnClearText(address, token);
  return { url: address, timeoutSeconds: timeout, token };
}

function parseTimeout(text: string): number {
  const value = parseSeconds(text);
  if (value > 0 && value <= MAX_TIMEOUT_SECONDS) return value;
  throw new InvalidArgumentError(
    `Expected a time above 0 and up to ${MAX_TIMEOUT_SECONDS}s, got ${JSON.stringify(text)}`,
  );
}
