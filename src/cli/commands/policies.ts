import type { Command } from 'commander';
import { addViewCommand } from './view-command.ts';

/** `cockatiel-otel policies`: GET /policies */
export function addPolicies(program: Command): void {
  const command = program
    .command('policies')
    .summary('show the instrumented policies of a service, with live counts')
    .description(
      'Shows the instrumented policies of a service: the worst state of its circuit breakers, ' +
        'what runs now, how executions ended, retries, how full a bulkhead is and how many wait.',
    )
    .addHelpText('after', HELP);
  addViewCommand(command, '/policies', async () => {
    const [{ Policies }, { policiesView }] = await Promise.all([
      import('../client/schemas.ts'),
      import('../output/policies.ts'),
    ]);
    return { schema: Policies, view: policiesView };
  });
}

const HELP = `
Examples:
  $ cockatiel-otel policies
  $ cockatiel-otel policies --watch --interval 5s
  $ cockatiel-otel policies --json | jq '.policies.servicenow.retry'
`;
