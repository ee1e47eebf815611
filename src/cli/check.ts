import type { Command } from 'commander';
import { CODES } from './codes.ts';
import { addConnection, type ConnectionOptions, connectionFrom } from './service/connection.ts';

interface Options extends ConnectionOptions {
  readonly json?: boolean;
}

/** `cockatiel-otel check`: GET /health */
export function addCheck(program: Command): void {
  const command = program
    .command('check')
    .summary('tell whether a service is healthy')
    .description(
      'Tells whether a service is healthy, how many circuits are open, and how many of its ' +
        'dependencies are available. Ends with 1 if it is degraded or unhealthy.',
    );
  addConnection(command)
    .option('--json', 'the answer as JSON')
    .addHelpText('after', HELP)
    .action(check);
}

async function check(options: Options): Promise<void> {
  const connection = connectionFrom(options);
  const [{ ask }, { Health }, { healthLines }, { json }] = await Promise.all([
    import('./service/ask.ts'),
    import('./service/answers.ts'),
    import('./show/health.ts'),
    import('./show/harmless.ts'),
  ]);
  // It answers 503 when a load balancer should send nobody there.
  const answer = await ask(connection, '/health', Health, { fine: 503 });
  const text = options.json ? json(answer.json, 2) : healthLines(answer.value).join('\n');
  process.stdout.write(`${text}\n`);
  if (answer.value.status !== 'healthy') process.exitCode = CODES.found;
}

const HELP = `
Examples:
  $ cockatiel-otel check
  $ cockatiel-otel check --url http://10.0.0.7:3000/ops --timeout 2s
  $ cockatiel-otel check --json | jq .dependencies.safe_for_bulk_work
`;
