import type { Command } from 'commander';
import { addViewCommand } from './view-command.ts';

/** `cockatiel-otel executions`: GET /executions */
export function addExecutions(program: Command): void {
  const command = program
    .command('executions')
    .summary('show what is running now, the oldest first')
    .description('Shows the executions that are under way in a service, the oldest first.')
    .addHelpText('after', HELP);
  addViewCommand(command, '/executions', async () => {
    const [{ Executions }, { executionsView }] = await Promise.all([
      import('../client/schemas.ts'),
      import('../output/executions.ts'),
    ]);
    return { schema: Executions, view: executionsView };
  });
}

const HELP = `
Examples:
  $ cockatiel-otel executions
  $ cockatiel-otel executions --json | jq '.executions[] | select(.age_ms > 30000) | .id'
`;
