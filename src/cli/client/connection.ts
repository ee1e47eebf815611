import { type Command, InvalidArgumentError, Option } from 'commander';
import { EXIT_CODES } from '../cli-error.ts';
import { seconds } from '../option-values.ts';
import { addressFrom, DEFAULT_URL, TOKEN_VARIABLE, tokenFrom, URL_VARIABLE } from './address.ts';
import { warnOfClearText } from './warn-clear-text.ts';

const MAX_SECONDS = 300;

/** Where to ask, and how long to wait. */
export interface Connection {
  readonly url: string;
  readonly timeoutSeconds: number;
  readonly token: string | undefined;
}

export interface ConnectionOptions {
  readonly url?: string;
  readonly timeout: number;
}

/** The options of every command that asks a service. */
export function addConnection(command: Command): Command {
  return command
    .option(
      '--url <url>',
      `where its health routes are mounted (default: ${URL_VARIABLE}, or ${DEFAULT_URL})`,
    )
    .addOption(
      new Option('--timeout <time>', 'wait so long for an answer, such as 500ms or 10s')
        .argParser(patience)
        .default(5, '5s'),
    );
}

/** Of all commands. As an option that is not known, it would be repeated with its value. */
export function refuseToken(command: Command): Command {
  return command.addOption(new Option('--token [value]').hideHelp()).on('option:token', () => {
    command.error(
      `error: Expected the token in ${TOKEN_VARIABLE}, got --token: the list of processes shows it to everybody`,
      { exitCode: EXIT_CODES.misuse },
    );
  });
}

/** Also warns, once, where the token can be read on its way. */
export function connectionFrom({ url, timeout }: ConnectionOptions): Connection {
  const address = addressFrom(url, process.env);
  const token = tokenFrom(process.env);
  warnOfClearText(address, token);
  return { url: address, timeoutSeconds: timeout, token };
}

function patience(text: string): number {
  const value = seconds(text);
  if (value > 0 && value <= MAX_SECONDS) return value;
  throw new InvalidArgumentError(
    `Expected a time above 0 and up to ${MAX_SECONDS}s, got ${JSON.stringify(text)}`,
  );
}
