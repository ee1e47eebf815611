import type { Command } from 'commander';
import { connectionFrom } from '../client/connection.ts';
import { actorFrom, addOperatorOptions, type OperatorOptions } from '../operator-options.ts';

const ACTIONS = [
  {
    action: 'reset',
    summary: 'close a circuit breaker, so that calls go through again',
    description: 'Closes the circuit breakers of a name, and makes them forget their failures.',
    example: 'reset servicenow --reason "they are back"',
  },
  {
    action: 'isolate',
    summary: 'hold a circuit breaker open by hand, until it is released',
    description:
      'Holds the circuit breakers of a name open, those to come too, so that no call goes through ' +
      'until they are released.',
    example: 'isolate servicenow --reason "maintenance until 14:00"',
  },
  {
    action: 'release',
    summary: 'undo isolate: the circuit breaker closes',
    description: 'Undoes isolate. The circuit breakers of the name close.',
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
      .argument('<name>', 'of the circuit breaker, as `breakers` shows it');
    addOperatorOptions(command)
      .addHelpText('after', help(example))
      .action((name: string, options: OperatorOptions) => administer(action, name, options));
  }
}

async function administer(action: string, name: string, options: OperatorOptions): Promise<void> {
  const connection = connectionFrom(options);
  const [
    { segment },
    { request: ask },
    { Administered },
    { escapeControls: harmless, json },
    { painted },
  ] = await Promise.all([
    import('../client/address.ts'),
    import('../client/request.ts'),
    import('../client/schemas.ts'),
    import('../output/escape.ts'),
    import('../output/colors.ts'),
  ]);
  const path = `/circuit-breakers/${segment(name)}/${action}`;
  const body = actorFrom(options);
  const answer = await ask(connection, path, Administered, { method: 'POST', body });
  const { previous_state: before, state, detail } = answer.value;
  const text =
    `${harmless(answer.value.name)}: ${action}, ${painted(before)} -> ${painted(state)}` +
    (detail === undefined ? '' : `. ${harmless(detail)}`);
  process.stdout.write(`${options.json ? json(answer.json, 2) : text}\n`);
}

function help(example: string): string {
  return `
Examples:
  $ export COCKATIEL_OTEL_TOKEN="$(cat /run/secrets/ops-token)"
  $ cockatiel-otel ${example}
`;
}
