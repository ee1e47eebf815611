import type { Command } from 'commander';
import { resolveUrl } from '../client/address.ts';
import {
  addConnectionOptions,
  type ConnectionOptions,
  resolveConnection,
} from '../options/connection.ts';

interface Options extends ConnectionOptions {
  readonly print?: boolean;
}

/** `cockatiel-otel live`: the page at GET /live */
export function addLive(program: Command): void {
  const command = program
    .command('live')
    .summary('open the live page of a service in the browser')
    .description('Prints the URL of the live page, and opens it if this machine has a browser.');
  addConnectionOptions(command)
    .option('--print', 'only print the URL')
    .addHelpText('after', HELP)
    .action(live);
}

async function live(options: Options): Promise<void> {
  const page = `${resolveUrl(options.url, process.env)}/live`;
  console.log(page);
  const { openInBrowser, resolveBrowser } = await import('./browser.ts');
  const browser = resolveBrowser(process.platform, process.env);
  if (options.print || browser === undefined) return;
  // Without this request, a browser would open although the service does not respond.
  const [{ request }, { healthSchema }] = await Promise.all([
    import('../client/request.ts'),
    import('../../operations/contract.ts'),
  ]);
  await request(resolveConnection(options), '/health', healthSchema, { acceptStatus: 503 });
  await openInBrowser(browser, page);
}

const HELP = `
Examples:
  $ cockatiel-otel live
  $ cockatiel-otel live --print --url http://10.0.0.7:3000/ops
`;
