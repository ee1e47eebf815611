import { userInfo } from 'node:os';
import type { Command } from 'commander';
import { TOKEN_VARIABLE } from './client/address.ts';
import { addConnection, type ConnectionOptions } from './client/connection.ts';

export interface OperatorOptions extends ConnectionOptions {
  readonly reason?: string;
  readonly by?: string;
  readonly json?: boolean;
}

/** The options of every command that changes something in a service. */
export function addOperatorOptions(command: Command): Command {
  return addConnection(command)
    .option('--reason <text>', 'why, for the log of the service')
    .option('--by <who>', 'who does it, for the log of the service (default: the user here)')
    .option('--json', 'the answer as JSON')
    .addHelpText('after', `\nNeeds the token of the service in ${TOKEN_VARIABLE}.`);
}

/** Who does it and why, as the service is told. */
export function actorFrom({ reason, by }: OperatorOptions): object {
  return { reason, by: by ?? whoami() };
}

/** A user who has no name, as in containers, is told by number. */
function whoami(): string | undefined {
  try {
    return userInfo().username;
  } catch {
    const uid = process.getuid?.();
    return uid === undefined ? undefined : `uid ${uid}`;
  }
}
