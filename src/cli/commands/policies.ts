import type { Command } from 'commander';
import { addViewCommand } from './view-command.ts';

/** `cockatiel-otel policies`: GET /policies */
export function addPolicies(program: Command): void {
  const command = program
    .command('policies')
    .summary('show the instrumented policies of a service, with live counts')
    .description(
      'Shows the instrumented policies of a service: the worst state of the circuit breakers, running ' +
        'executions, outcomes, retries, and the running and queued calls of bulkheads.',
    )
    .addHelpText('after', HELP);
  addViewCommand(command, '/policies', async () => {
    const [{ policiesSchema }, { toPoliciesView }] = await Promise.all([
      import('../../operations/contract.ts'),
      import('../output/policies.ts'),
    ]);
    return { schema: policiesSchema, toView: toPoliciesView };
  });
}

const HELP = `
Examples:
  $ cockatiel-otel policies
  $ cockatiel-otel policies --watch --interval 5s
  $ cockatiel-otel policies --json | jq '.policies.servicenow.retry'
`;
