import { userInfo } from 'node:os';
import type { Command } from 'commander';
import { TOKEN_VARIABLE } from '../client/address.ts';
import { addConnectionOptions, type ConnectionOptions } from './connection.ts';

export interface OperatorOptions extends ConnectionOptions {
  readonly reason?: string;
  readonly by?: string;
  readonly json?: boolean;
}

/** Adds the options of every command that changes something in a service. */
export function addOperatorOptions(command: Command): Command {
  return addConnectionOptions(command)
    .option('--reason <text>', 'reason, for the log of the service')
    .option('--by <name>', 'operator, for the log of the service (default: your user name)')
    .option('--json', 'print the response as JSON')
    .addHelpText('after', `\nRequires the token of the service in ${TOKEN_VARIABLE}.`);
}

/** The request body: operator and reason. */
export function toOperatorBody({ reason, by }: OperatorOptions): object {
  return { reason, by: by ?? currentUser() };
}

/** A user without a name, as in many containers, is identified by number. */
function currentUser(): string | undefined {
  try {
    return userInfo().username;
  } catch {
    const uid = process.getuid?.();
    return uid === undefined ? undefined : `uid ${uid}`;
  }
}
