import type { Command } from 'commander';
import { addViewCommand } from './view-command.ts';

/** `cockatiel-otel breakers`: GET /circuit-breakers */
export function addBreakers(program: Command): void {
  const command = program
    .command('breakers')
    .summary('show the circuit breakers of a service, trouble first')
    .description(
      'Shows the circuit breakers of a service, trouble first: state, since when, failures of how ' +
        'many it opens at, when it lets the next call try, calls, the last error. ' +
        'Ends with 1 if one is open or isolated.',
    )
    .addHelpText('after', HELP);
  addViewCommand(command, '/circuit-breakers', async () => {
    const [{ Breakers }, { breakersView }] = await Promise.all([
      import('../client/schemas.ts'),
      import('../output/breakers.ts'),
    ]);
    return { schema: Breakers, view: breakersView };
  });
}

const HELP = `
Examples:
  $ cockatiel-otel breakers
  $ cockatiel-otel breakers --watch --url http://10.0.0.7:3000/ops
  $ cockatiel-otel breakers --json | jq '.breakers | map_values(.state)'
`;
