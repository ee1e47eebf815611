import type { Command } from 'commander';
import { CliError, EXIT_CODES } from '../cli-error.ts';
import {
  addConnection,
  type Connection,
  type ConnectionOptions,
  connectionFrom,
} from '../client/connection.ts';

interface Options extends ConnectionOptions {
  readonly json?: boolean;
}

/** `cockatiel-otel check`: GET /health, and GET /circuit-breakers if some are in trouble */
export function addCheck(program: Command): void {
  const command = program
    .command('check')
    .summary('tell whether a service is healthy')
    .description(
      'Tells whether a service is healthy, which of its circuits are not closed, and how ' +
        'many of its dependencies are available. Ends with 1 if it is degraded or unhealthy.',
    );
  addConnection(command)
    .option('--json', 'the answer as JSON')
    .addHelpText('after', HELP)
    .action(check);
}

async function check(options: Options): Promise<void> {
  const connection = connectionFrom(options);
  const [{ request: ask }, { Health }, { healthLines }, { json }] = await Promise.all([
    import('../client/request.ts'),
    import('../client/schemas.ts'),
    import('../output/health.ts'),
    import('../output/escape.ts'),
  ]);
  // It answers 503 when a load balancer should send nobody there.
  const answer = await ask(connection, '/health', Health, { fine: 503 });
  const { status, breakers } = answer.value;
  if (status !== 'healthy') process.exitCode = EXIT_CODES.found;
  if (options.json) {
    process.stdout.write(`${json(answer.json, 2)}\n`);
    return;
  }
  const trouble = breakers && breakers.closed < breakers.total;
  const lines = healthLines(answer.value, trouble ? await troubleAt(connection) : []);
  process.stdout.write(`${lines.join('\n')}\n`);
}

/** Which circuits are in trouble; how the service is, is known without it. */
async function troubleAt(connection: Connection): Promise<string[]> {
  const [{ request: ask }, { Breakers }, { troubleLines }] = await Promise.all([
    import('../client/request.ts'),
    import('../client/schemas.ts'),
    import('../output/problems.ts'),
  ]);
  try {
    return troubleLines(await ask(connection, '/circuit-breakers', Breakers));
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    console.error(`warning: ${error.message}`);
    return [];
  }
}

const HELP = `
Examples:
  $ cockatiel-otel check
  $ cockatiel-otel check --url http://10.0.0.7:3000/ops --timeout 2s
  $ cockatiel-otel check --json | jq .dependencies.safe_for_bulk_work
`;
