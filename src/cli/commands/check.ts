import type { Command } from 'commander';
import { CliError, EXIT_CODES } from '../client/cli-error.ts';
import type { Connection } from '../client/request.ts';
import {
  addConnectionOptions,
  type ConnectionOptions,
  resolveConnection,
} from '../options/connection.ts';

interface Options extends ConnectionOptions {
  readonly json?: boolean;
}

/** `cockatiel-otel check`: GET /health, and GET /circuit-breakers if not all are closed */
export function addCheck(program: Command): void {
  const command = program
    .command('check')
    .summary('check whether a service is healthy')
    .description(
      'Shows whether a service is healthy, which circuits are not closed, and how many dependencies ' +
        'are available. Exits with 1 if the service is degraded or unhealthy.',
    );
  addConnectionOptions(command)
    .option('--json', 'print the response as JSON')
    .addHelpText('after', HELP)
    .action(check);
}

async function check(options: Options): Promise<void> {
  const connection = resolveConnection(options);
  const [{ request }, { healthSchema }, { toHealthLines }, { toPrintableJson }] = await Promise.all(
    [
      import('../client/request.ts'),
      import('../../operations/contract.ts'),
      import('../output/health.ts'),
      import('../../shared/escape-controls.ts'),
    ],
  );
  // The route responds with 503 if load balancers should send no requests to the service.
  const { value, json } = await request(connection, '/health', healthSchema, { acceptStatus: 503 });
  const { status, breakers } = value;
  if (status !== 'healthy') process.exitCode = EXIT_CODES.problem;
  if (options.json) {
    process.stdout.write(`${toPrintableJson(json, 2)}\n`);
    return;
  }
  const hasProblems = breakers !== undefined && breakers.closed < breakers.total;
  const lines = toHealthLines(value, hasProblems ? await problemLines(connection) : []);
  process.stdout.write(`${lines.join('\n')}\n`);
}

/** The circuits that are not closed. The health of the service is known without them. */
async function problemLines(connection: Connection): Promise<string[]> {
  const [{ request }, { breakersSchema }, { toProblemLines }] = await Promise.all([
    import('../client/request.ts'),
    import('../../operations/contract.ts'),
    import('../output/problems.ts'),
  ]);
  try {
    return toProblemLines(await request(connection, '/circuit-breakers', breakersSchema));
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
