import type { Command } from 'commander';
import { addViewCommand } from './view-command.ts';

/** `cockatiel-otel executions`: GET /executions */
export function addExecutions(program: Command): void {
  const command = program
    .command('executions')
    .summary('show the running executions, the oldest first')
    .description('Shows the running executions of a service, the oldest first.')
    .addHelpText('after', HELP);
  addViewCommand(command, '/executions', async () => {
    const [{ executionsSchema }, { toExecutionsView }] = await Promise.all([
      import('../../operations/contract.ts'),
      import('../output/executions.ts'),
    ]);
    return { schema: executionsSchema, toView: toExecutionsView };
  });
}

const HELP = `
Examples:
  $ cockatiel-otel executions
  $ cockatiel-otel executions --json | jq '.executions[] | select(.age_ms > 30000) | .id'
`;
