import type { Command } from 'commander';
import { addressFrom } from '../client/address.ts';
import { addConnection, type ConnectionOptions, connectionFrom } from '../client/connection.ts';

interface Options extends ConnectionOptions {
  readonly print?: boolean;
}

/** `cockatiel-otel live`: the page at GET /live */
export function addLive(program: Command): void {
  const command = program
    .command('live')
    .summary('open the live page of a service in the browser')
    .description(
      'Prints the address of the live page, and opens it in the browser where there is one.',
    );
  addConnection(command)
    .option('--print', 'only print the address')
    .addHelpText('after', HELP)
    .action(live);
}

async function live(options: Options): Promise<void> {
  const page = `${addressFrom(options.url, process.env)}/live`;
  console.log(page);
  const { browserFor, open } = await import('../browser.ts');
  const browser = browserFor(process.platform, process.env);
  if (options.print || browser === undefined) return;
  // A browser would open on an error.
  const [{ request: ask }, { Health }] = await Promise.all([
    import('../client/request.ts'),
    import('../client/schemas.ts'),
  ]);
  await ask(connectionFrom(options), '/health', Health, { fine: 503 });
  await open(browser, page);
}

const HELP = `
Examples:
  $ cockatiel-otel live
  $ cockatiel-otel live --print --url http://10.0.0.7:3000/ops
`;
