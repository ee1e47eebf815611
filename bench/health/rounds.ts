import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cpuClock, median, medianOf } from '../paired.ts';
import { call, type Policy, type Work } from './calls.ts';
import type { Order, RequestReport } from './requests.ts';

const CALLS_PER_SECOND = 20_000;
export const REQUESTS_PER_SECOND = 1000;

export interface Plan {
  readonly seconds: number;
  /** Each has a round of each side. */
  readonly pairs: number;
}

/**
 * What is asked during a round: nothing, a server of `node:http` in the same process that answers
 * all with one short text, `/health`, or that and lists.
 */
const SIDES = ['without', 'plain', 'health', 'lists'] as const;

export type Side = (typeof SIDES)[number];

export type Urls = Readonly<Record<'plain' | 'health', string>>;

export class Rounds {
  calls = 0;
  /** Calls that did not end, or not with their answer. */
  lost = 0;
  requests = 0;
  /** Requests without an answer, or with another than 200. */
  failed = 0;
  readonly #client: ChildProcess;
  readonly #urls: Urls;
  readonly #policies: readonly Policy[];
  readonly #work: Work;
  #noted: Record<string, number[]> = {};

  constructor(client: ChildProcess, urls: Urls, policies: readonly Policy[], work: Work) {
    this.#client = client;
    this.#urls = urls;
    this.#policies = policies;
    this.#work = work;
  }

  async run({ seconds, pairs }: Plan): Promise<void> {
    // Until all is compiled.
    for (const side of SIDES) await this.#round(side, seconds / 2);
    this.#noted = {};
    for (let pair = 0; pair < pairs; pair++) {
      // The side that goes first changes.
      for (const side of pair % 2 === 0 ? SIDES : SIDES.toReversed()) {
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
    if (side === 'without') return;
    const url = side === 'plain' ? this.#urls.plain : this.#urls.health;
    const count = REQUESTS_PER_SECOND * seconds;
    const lists = side === 'lists';
    const order: Order = { url, lists, perSecond: REQUESTS_PER_SECOND, count };
    this.#client.send(order);
    const [{ answered, errors, p99 }]: [RequestReport] = (await once(this.#client, 'message')) as [
      RequestReport,
    ];
    this.#note(`answer ${side}`, p99);
    if (side === 'plain') return;
    this.requests += count;
    this.failed += count - answered;
    for (const [error, times] of Object.entries(errors)) console.error(`${times} x ${error}`);
  }

  #note(name: string, value: number): void {
    this.#noted[name] ??= [];
    this.#noted[name].push(value);
  }
}
