import type { FeedEvent } from '../../operations/events/feed-event.ts';
import { FEED_LIMIT } from '../../operations/events/feed-event.ts';
import type { Full, Limits, Row, Tick } from '../protocol/messages.ts';
import { HISTORY_STEPS } from '../protocol/retention.ts';
import { exceededLimits, type Limit, rank } from './limit-checks.ts';

/** Calls a second are those of so many samples: fewer would tremble. */
const RATE_SAMPLES = 10;

/** What the page knows of one policy. */
export interface Policy {
  row: Row;
  /** A list for each outcome, as long as `Model.times`. */
  past: number[][];
  beyond: ReadonlySet<Limit>;
  rank: number;
}

export interface StateChanged {
  readonly name: string;
  readonly state: string;
}

/** A clock that is off by more was set, and does not tremble. */
const CLOCK_SET_MS = 500;

/** What the page knows; each message makes it know more. */
export class Model {
  readonly policies = new Map<string, Policy>();
  times: number[] = [];
  /** The oldest first. */
  news: FeedEvent[] = [];
  service: string | null = null;
  /** The process that is looked at, as `host:pid`. */
  instance = '';
  /** When it was started. */
  startedAt = 0;
  administration = false;
  limits: Limits | undefined;
  /** Names without a row. */
  more = 0;
  /** Of how many names, of all, the worst circuit breaker is in each state. */
  states: readonly number[] = [];
  /** By the service's clock. */
  at = 0;
  /** Of processes that were looked at before. */
  #earlier: FeedEvent[] = [];

  /** For so many seconds counts and shares have been watched. */
  get watchedSeconds(): number {
    return this.times.length - 1;
  }

  /** @returns the circuit breakers that are in another state than when the connection was lost */
  full(message: Full): StateChanged[] {
    const before = new Map(this.policies);
    if (this.#isOther(message)) this.#earlier = [...this.news, restarted(message)];
    this.instance = message.instance;
    this.startedAt = message.startedAt;
    this.service = message.service;
    this.administration = message.administration;
    this.limits = message.limits;
    this.news = [...this.#earlier, ...message.news].slice(-FEED_LIMIT);
    this.more = message.more;
    this.states = message.states;
    this.at = message.at;
    this.times = [...message.times];
    this.policies.clear();
    message.rows.forEach((row, index) => {
      const past = (message.past[index] ?? []).map((samples) =>
        samples === 0 ? this.times.map(() => 0) : [...samples],
      );
      this.policies.set(row.name, { past, ...this.#judged(row) });
    });
    return message.rows.flatMap((row) => changeOf(before.get(row.name)?.row, row));
  }

  /** @returns the circuit breakers that are in another state now */
  tick(message: Tick): StateChanged[] {
    const changed: StateChanged[] = [];
    this.at = message.at;
    this.more = message.more;
    this.states = message.states;
    this.news = [...this.news, ...message.news].slice(-FEED_LIMIT);
    this.#setClock(message.at - message.elapsed);
    this.times.push(message.at);
    for (const name of message.gone) this.policies.delete(name);
    for (const row of message.rows) {
      const known = this.policies.get(row.name);
      changed.push(...changeOf(known?.row, row));
      if (known) Object.assign(known, this.#judged(row));
      else this.policies.set(row.name, { past: this.#nothing(row), ...this.#judged(row) });
    }
    for (const { past, row } of this.policies.values()) {
      past.forEach((samples, outcome) => {
        samples.push(row.latest[outcome] ?? 0);
        if (samples.length > HISTORY_STEPS) samples.shift();
      });
    }
    if (this.times.length > HISTORY_STEPS) this.times.shift();
    return changed;
  }

  /** Calls a second; `undefined` where that can't be said yet. */
  rate({ past }: Policy): number | undefined {
    const count = Math.min(RATE_SAMPLES, this.times.length - 1);
    if (count < 1) return undefined;
    const from = this.times[this.times.length - 1 - count] as number;
    const calls = past.reduce(
      (sum, samples) => sum + samples.slice(-count).reduce((a, b) => a + b, 0),
      0,
    );
    return (calls * 1000) / Math.max(1, this.at - from);
  }

  /** What was seen moves with the clock. */
  #setClock(before: number): void {
    const off = before - (this.times.at(-1) ?? before);
    if (Math.abs(off) > CLOCK_SET_MS) this.times = this.times.map((at) => at + off);
  }

  #isOther({ instance, startedAt }: Full): boolean {
    if (this.instance === '') return false;
    return instance !== this.instance || startedAt !== this.startedAt;
  }

  #judged(row: Row): Pick<Policy, 'row' | 'beyond' | 'rank'> {
    const found: ReadonlySet<Limit> = this.limits ? exceededLimits(row, this.limits) : new Set();
    return { row, beyond: found, rank: rank(row, found) };
  }

  /** Before it was there. */
  #nothing(row: Row): number[][] {
    return row.latest.map(() => this.times.slice(1).map(() => 0));
  }
}

function changeOf(before: Row | undefined, { name, breaker }: Row): StateChanged[] {
  const known = before?.breaker;
  if (!known || !breaker || known.state === breaker.state) return [];
  return [{ name, state: breaker.state }];
}

/** Or a load balancer has sent the page to another replica. */
function restarted({ at, instance }: Full): FeedEvent {
  return {
    at,
    kind: 'administration',
    name: instance,
    text: 'answers now, another process: it has no counts and no isolations of the one before',
    tone: 'warning',
  };
}
