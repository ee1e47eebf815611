import type { Command } from 'commander';
import { connectionFrom } from '../client/connection.ts';
import { actorFrom, addOperatorOptions, type OperatorOptions } from '../operator-options.ts';

/** `cockatiel-otel abort`: DELETE /executions/:id */
export function addAbort(program: Command): void {
  const command = program
    .command('abort')
    .summary('call off an execution that is under way')
    .description('Calls off an execution that is under way, through its signal.')
    .argument('<id>', 'of the execution, as `executions` shows it');
  addOperatorOptions(command).addHelpText('after', HELP).action(abort);
}

async function abort(id: string, options: OperatorOptions): Promise<void> {
  const connection = connectionFrom(options);
  const [{ segment }, { request: ask }, { Aborted }, { escapeControls: harmless, json }] =
    await Promise.all([
      import('../client/address.ts'),
      import('../client/request.ts'),
      import('../client/schemas.ts'),
      import('../output/escape.ts'),
    ]);
  const path = `/executions/${segment(id)}`;
  const body = actorFrom(options);
  const answer = await ask(connection, path, Aborted, { method: 'DELETE', body });
  const text = `${harmless(answer.value.name)}: called off`;
  process.stdout.write(`${options.json ? json(answer.json, 2) : text}\n`);
}

const HELP = `
Examples:
  $ export COCKATIEL_OTEL_TOKEN="$(cat /run/secrets/ops-token)"
  $ cockatiel-otel abort 17 --reason "it hangs"
`;
