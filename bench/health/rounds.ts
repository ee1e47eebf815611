import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cpuClock, median, medianOf } from '../paired.ts';
import { call, type Policy, type Work } from './calls.ts';
import type { RequestReport } from './requests.ts';

const CALLS_PER_SECOND = 20_000;
export const REQUESTS_PER_SECOND = 1000;

export interface Plan {
  readonly seconds: number;
  /** Each has a round of each side. */
  readonly pairs: number;
}

/**
 * What is asked during a round: nobody, a server of `node:http` in the same process that answers
 * all with one short text, or the health routes.
 */
export type Side = 'without' | 'plain' | 'with';

export class Rounds {
  calls = 0;
  /** Calls that did not end, or not with their answer. */
  lost = 0;
  requests = 0;
  /** Requests without an answer, or with another than 200. */
  failed = 0;
  readonly #client: ChildProcess;
  readonly #urls: Readonly<Record<Side, string | undefined>>;
  readonly #policies: readonly Policy[];
  readonly #work: Work;
  #noted: Record<string, number[]> = {};

  constructor(
    client: ChildProcess,
    urls: Readonly<Record<Side, string | undefined>>,
    policies: readonly Policy[],
    work: Work,
  ) {
    this.#client = client;
    this.#urls = urls;
    this.#policies = policies;
    this.#work = work;
  }

  async run({ seconds, pairs }: Plan): Promise<void> {
    const sides: readonly Side[] = ['without', 'plain', 'with'];
    for (const side of sides) await this.#round(side, 1);
    this.#noted = {};
    for (let pair = 0; pair < pairs; pair++) {
      // The side that goes first changes.
      for (const side of pair % 2 === 0 ? sides : sides.toReversed()) {
        await this.#round(side, seconds);
      }
    }
  }

  /** The median of a side over one without requests. */
  ratio(what: 'p50' | 'p99', side: Side): number {
    return medianOf(this.#noted, (noted) => noted(`${what} ${side}`) / noted(`${what} without`));
  }

  /** The median of CPU for each request, in µs. */
  cpuOfRequest(side: Side): number {
    return medianOf(
      this.#noted,
      (noted) => (noted(`cpu ${side}`) - noted('cpu without')) / 1000 / REQUESTS_PER_SECOND,
    );
  }

  milliseconds(what: 'p50' | 'p99' | 'answer', side: Side): string {
    return `${(median(this.#noted[`${what} ${side}`] ?? []) / 1e6).toFixed(2)} ms`;
  }

  async #round(side: Side, seconds: number): Promise<void> {
    const count = CALLS_PER_SECOND * seconds;
    const start = cpuClock();
    const asked = this.#ask(side, seconds);
    const calls = await call(this.#policies, { perSecond: CALLS_PER_SECOND, count }, this.#work);
    await asked;
    this.calls += count;
    this.lost += count - calls.answered;
    this.#note(`cpu ${side}`, (cpuClock() - start) / seconds);
    this.#note(`p50 ${side}`, calls.p50);
    this.#note(`p99 ${side}`, calls.p99);
  }

  async #ask(side: Side, seconds: number): Promise<void> {
    const url = this.#urls[side];
    if (url === undefined) return;
    const count = REQUESTS_PER_SECOND * seconds;
    this.#client.send({ url, perSecond: REQUESTS_PER_SECOND, count });
    const [{ answered, errors, p99 }]: [RequestReport] = (await once(this.#client, 'message')) as [
      RequestReport,
    ];
    this.#note(`answer ${side}`, p99);
    if (side !== 'with') return;
    this.requests += count;
    this.failed += count - answered;
    for (const [error, times] of Object.entries(errors)) console.error(`${times} x ${error}`);
  }

  #note(name: string, value: number): void {
    this.#noted[name] ??= [];
    this.#noted[name].push(value);
  }
}
