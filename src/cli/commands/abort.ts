import type { Command } from 'commander';
import { resolveConnection } from '../options/connection.ts';
import { addOperatorOptions, type OperatorOptions, toOperatorBody } from '../options/operator.ts';

/** `cockatiel-otel abort`: DELETE /executions/:id */
export function addAbort(program: Command): void {
  const command = program
    .command('abort')
    .summary('abort a running execution')
    .description('Aborts a running execution through its abort signal.')
    .argument('<id>', 'ID of the execution, as `executions` shows it');
  addOperatorOptions(command).addHelpText('after', HELP).action(abort);
}

async function abort(id: string, options: OperatorOptions): Promise<void> {
  const connection = resolveConnection(options);
  const [
    { toPathSegment },
    { request },
    { abortedExecutionSchema },
    { escapeControls, toPrintableJson },
  ] = await Promise.all([
    import('../client/address.ts'),
    import('../client/request.ts'),
    import('../../operations/contract.ts'),
    import('../../shared/escape-controls.ts'),
  ]);
  const path = `/executions/${toPathSegment(id)}`;
  const body = toOperatorBody(options);
  const { value, json } = await request(connection, path, abortedExecutionSchema, {
    method: 'DELETE',
    body,
  });
  const text = options.json ? toPrintableJson(json, 2) : `${escapeControls(value.name)}: aborted`;
  process.stdout.write(`${text}\n`);
}

const HELP = `
Examples:
  $ export COCKATIEL_OTEL_TOKEN="$(cat /run/secrets/ops-token)"
  $ cockatiel-otel abort 17 --reason "hangs since the deployment"
`;
