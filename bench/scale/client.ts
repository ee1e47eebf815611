import type { Ask } from '../../docs/pictures/grafana.ts';
import { median } from '../paired.ts';

export const TIMES = 5;
/** A query is not repeated after it has taken this long in total. */
const MAX_SECONDS = 6;
/** The resolution in which Prometheus reports its CPU time. */
const TICK_SECONDS = 0.01;

export interface Cost {
  /**
   * The minimum of several runs, of the wall time or of the CPU time of Prometheus. Other processes
   * lengthen the wall time, garbage collection lengthens the CPU time.
   */
  readonly seconds: number;
  /** The median of the wall time. */
  readonly median: number;
}

export interface QueryCost extends Cost {
  readonly series: number;
  readonly error?: string;
}

/** Queries a Prometheus, and reads its own metrics. */
export class Client {
  readonly #url: string;

  constructor(url: string) {
    this.#url = url;
  }

  /** Measures a query while Prometheus is otherwise idle. */
  async cost(
    { expr: query, step, instant }: Pick<Ask, 'expr' | 'step' | 'instant'>,
    range: Range,
    times = TIMES,
  ): Promise<QueryCost> {
    const at = instant ? { time: range.to } : { start: range.from, end: range.to, step };
    const body = new URLSearchParams({ query });
    for (const [name, value] of Object.entries(at)) body.set(name, String(value));
    const wall: number[] = [];
    const cpu: number[] = [];
    let series = 0;
    while (wall.length < times && sum(wall) < MAX_SECONDS) {
      const before = await this.#cpuSeconds();
      const start = performance.now();
      const path = instant ? 'query' : 'query_range';
      const response = await fetch(`${this.#url}/api/v1/${path}`, { method: 'POST', body });
      const text = await response.text();
      wall.push((performance.now() - start) / 1000);
      cpu.push((await this.#cpuSeconds()) - before + TICK_SECONDS);
      const { data, error } = JSON.parse(text) as { data?: { result: unknown[] }; error?: string };
      if (error !== undefined)
        return { seconds: Math.min(...wall), median: median(wall), series, error };
      series = data?.result.length ?? 0;
    }
    const seconds = Math.min(...wall, ...cpu);
    return { seconds, median: median(wall), series };
  }

  /** The first value of an instant query. */
  async value(query: string): Promise<number> {
    const response = await fetch(`${this.#url}/api/v1/query?${new URLSearchParams({ query })}`);
    const { data } = (await response.json()) as { data: { result: { value: [number, string] }[] } };
    return Number(data.result[0]?.value[1] ?? 0);
  }

  /** A metric that Prometheus exports about itself: labels and value. */
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

  async version(): Promise<string> {
    const response = await fetch(`${this.#url}/api/v1/status/buildinfo`);
    const { data } = (await response.json()) as { data: { version: string } };
    return data.version || 'of unknown version';
  }

  async #cpuSeconds(): Promise<number> {
    return (await this.own('process_cpu_seconds_total'))[0]?.[1] ?? 0;
  }
}

export interface Range {
  readonly from: number;
  readonly to: number;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
