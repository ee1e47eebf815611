import type { Command } from 'commander';
import { addViewCommand } from './view-command.ts';

/** `cockatiel-otel breakers`: GET /circuit-breakers */
export function addBreakers(program: Command): void {
  const command = program
    .command('breakers')
    .summary('show the circuit breakers of a service, worst state first')
    .description(
      'Shows the circuit breakers of a service, worst state first: state, time in the state, failures ' +
        'and their limit, time of the next probe, calls, last error. ' +
        'Exits with 1 if one is open or isolated.',
    )
    .addHelpText('after', HELP);
  addViewCommand(command, '/circuit-breakers', async () => {
    const [{ breakersSchema }, { toBreakersView }] = await Promise.all([
      import('../../operations/contract.ts'),
      import('../output/breakers.ts'),
    ]);
    return { schema: breakersSchema, toView: toBreakersView };
  });
}

const HELP = `
Examples:
  $ cockatiel-otel breakers
  $ cockatiel-otel breakers --watch --url http://10.0.0.7:3000/ops
  $ cockatiel-otel breakers --json | jq '.breakers | map_values(.state)'
`;
