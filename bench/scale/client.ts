import type { Ask } from '../../docs/pictures/grafana.ts';
import { median } from '../paired.ts';

export const TIMES = 5;
/** No query is asked again that has taken so many seconds in all. */
const ENOUGH_SECONDS = 6;
/** Prometheus tells its time on the processors in hundredths, and has begun one more. */
const TICK_SECONDS = 0.01;

export interface Cost {
  /**
   * The least of several times, by the clock or by what Prometheus took of the processors, whichever
   * is less: other work on the machine makes the one longer, its own collecting of garbage the other.
   */
  readonly seconds: number;
  /** By the clock, the median. */
  readonly usual: number;
}

export interface Asked extends Cost {
  readonly series: number;
  readonly fault?: string;
}

/** Asks a Prometheus, and looks at it from the outside. */
export class Client {
  readonly #url: string;

  constructor(url: string) {
    this.#url = url;
  }

  /** What a query costs, while Prometheus does nothing else. */
  async cost(
    { expr: query, step, instant }: Pick<Ask, 'expr' | 'step' | 'instant'>,
    range: Range,
    times = TIMES,
  ): Promise<Asked> {
    const at = instant ? { time: range.to } : { start: range.from, end: range.to, step };
    const body = new URLSearchParams({ query });
    for (const [name, value] of Object.entries(at)) body.set(name, String(value));
    const clock: number[] = [];
    const processors: number[] = [];
    let series = 0;
    while (clock.length < times && sum(clock) < ENOUGH_SECONDS) {
      const before = await this.#processors();
      const start = performance.now();
      const path = instant ? 'query' : 'query_range';
      const response = await fetch(`${this.#url}/api/v1/${path}`, { method: 'POST', body });
      const text = await response.text();
      clock.push((performance.now() - start) / 1000);
      processors.push((await this.#processors()) - before + TICK_SECONDS);
      const { data, error } = JSON.parse(text) as { data?: { result: unknown[] }; error?: string };
      if (error !== undefined)
        return { seconds: Math.min(...clock), usual: median(clock), series, fault: error };
      series = data?.result.length ?? 0;
    }
    const seconds = Math.min(...clock, ...processors);
    return { seconds, usual: median(clock), series };
  }

  /** The first value of an instant query. */
  async value(query: string): Promise<number> {
    const response = await fetch(`${this.#url}/api/v1/query?${new URLSearchParams({ query })}`);
    const { data } = (await response.json()) as { data: { result: { value: [number, string] }[] } };
    return Number(data.result[0]?.value[1] ?? 0);
  }

  /** A metric that Prometheus has of itself: labels and value. */
  async own(name: string): Promise<[string, number][]> {
    const page = await (await fetch(`${this.#url}/metrics`)).text();
    return page
      .split('\n')
      .filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `))
      .map((line) => [
        line.slice(name.length, line.lastIndexOf(' ')),
        Number(line.split(' ').at(-1)),
      ]);
  }

  async #processors(): Promise<number> {
    return (await this.own('process_cpu_seconds_total'))[0]?.[1] ?? 0;
  }
}

export interface Range {
  readonly from: number;
  readonly to: number;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
