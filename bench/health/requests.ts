import { createHistogram } from 'node:perf_hooks';
import { Pool } from 'undici';
import { pace, type Rate } from './pace.ts';

/** What became of the requests of one round. */
export interface RequestReport {
  /** With 200 and JSON. */
  readonly answered: number;
  /** How many, by status or code. */
  readonly errors: Readonly<Record<string, number>>;
  /** In ns, since when it was due. */
  readonly p99: number;
}

export interface Order extends Rate {
  readonly url: string;
  /** Whether some ask for lists, or all for `/health`, as load balancers do. */
  readonly lists: boolean;
}

/** Connections that are kept, as those of a load balancer are. */
const CONNECTIONS = 10;

/**
 * What five people ask for who watch with the command line, which asks once a second: of a thousand
 * requests, those with these numbers.
 */
const LISTS: Readonly<Record<number, string>> = {
  100: '/circuit-breakers',
  300: '/executions',
  500: '/circuit-breakers',
  700: '/policies',
  900: '/circuit-breakers',
};

/** A process of its own, so that the service pays for the answers only. */
function serve(): void {
  const pools = new Map<string, Pool>();
  process.on('message', async ({ url, lists, ...rate }: Order) => {
    const pool = pools.get(url) ?? new Pool(url, { connections: CONNECTIONS });
    pools.set(url, pool);
    process.send?.(await round(pool, rate, lists ? LISTS : {}));
  });
  process.send?.('ready');
}

async function round(pool: Pool, rate: Rate, others: typeof LISTS): Promise<RequestReport> {
  const times = createHistogram();
  const errors: Record<string, number> = {};
  let answered = 0;
  const ask = async (path: string, due: number) => {
    try {
      const { statusCode, body } = await pool.request({ path, method: 'GET' });
      await body.json();
      if (statusCode !== 200) throw Object.assign(new Error('not 200'), { code: statusCode });
      answered++;
      times.record(Math.max(1, Math.round((performance.now() - due) * 1e6)));
    } catch (error) {
      const { code, name } = error as Error & { code?: string | number };
      errors[code ?? name] = (errors[code ?? name] ?? 0) + 1;
    }
  };
  const asked: Promise<void>[] = [];
  await pace(rate, (due, index) => {
    asked.push(ask(others[index % 1000] ?? '/health', due));
  });
  await Promise.all(asked);
  return { answered, errors, p99: times.percentile(99) };
}

if (process.argv[2] === 'request') serve();
