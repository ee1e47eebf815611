import type { Command } from 'commander';
import { resolveConnection } from '../options/connection.ts';
import { addOperatorOptions, type OperatorOptions, toOperatorBody } from '../options/operator.ts';

const ACTIONS = [
  {
    action: 'reset',
    summary: 'close a circuit breaker, so that calls pass again',
    description: 'Closes the circuit breakers of a name and clears their failure counts.',
    example: 'reset servicenow --reason "the dependency has recovered"',
  },
  {
    action: 'isolate',
    summary: 'reject all calls of a circuit breaker until release',
    description:
      'Isolates the circuit breakers of a name: they reject all calls until `release`. This includes ' +
      'circuit breakers of that name that the service creates later.',
    example: 'isolate servicenow --reason "maintenance until 14:00"',
  },
  {
    action: 'release',
    summary: 'end isolate: the circuit breaker closes',
    description: 'Ends the isolation of the circuit breakers of a name. They close.',
    example: 'release servicenow --reason "maintenance is over"',
  },
] as const;

/** `cockatiel-otel reset`, `isolate`, `release`: POST /circuit-breakers/:name/… */
export function addAdministration(program: Command): void {
  for (const { action, summary, description, example } of ACTIONS) {
    const command = program
      .command(action)
      .summary(summary)
      .description(description)
      .argument('<name>', 'name of the circuit breaker, as `breakers` shows it');
    addOperatorOptions(command)
      .addHelpText('after', toHelp(example))
      .action((name: string, options: OperatorOptions) => administer(action, name, options));
  }
}

async function administer(action: string, name: string, options: OperatorOptions): Promise<void> {
  const connection = resolveConnection(options);
  const [
    { toPathSegment },
    { request },
    { operationResultSchema },
    { escapeControls, toPrintableJson },
    { coloredState },
  ] = await Promise.all([
    import('../client/address.ts'),
    import('../client/request.ts'),
    import('../../operations/contract.ts'),
    import('../../shared/escape-controls.ts'),
    import('../output/colors.ts'),
  ]);
  const path = `/circuit-breakers/${toPathSegment(name)}/${action}`;
  const body = toOperatorBody(options);
  const { value, json } = await request(connection, path, operationResultSchema, {
    method: 'POST',
    body,
  });
  const change = `${coloredState(value.previous_state)} -> ${coloredState(value.state)}`;
  const detail = value.detail === undefined ? '' : `. ${escapeControls(value.detail)}`;
  const text = `${escapeControls(value.name)}: ${action}, ${change}${detail}`;
  process.stdout.write(`${options.json ? toPrintableJson(json, 2) : text}\n`);
}

function toHelp(example: string): string {
  return `
Examples:
  $ export COCKATIEL_OTEL_TOKEN="$(cat /run/secrets/ops-token)"
  $ cockatiel-otel ${example}
`;
}
