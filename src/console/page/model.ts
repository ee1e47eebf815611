import { FEED_LIMIT, type FeedEvent } from '../../operations/events/feed-event.ts';
import type { Limits, Row, SnapshotMessage, UpdateMessage } from '../protocol/messages.ts';
import { HISTORY_STEPS } from '../protocol/timing.ts';
import { exceededLimits, type Limit, severityRank } from './limit-checks.ts';

/** Samples for the calls per second; fewer would fluctuate too much. */
const RATE_SAMPLES = 10;

/** A larger difference means that the clock of the service was set. */
const CLOCK_SET_MS = 500;

/** A policy on the page. */
export interface Policy {
  row: Row;
  /** A list of samples for each outcome, one shorter than `Model.times`. */
  history: number[][];
  exceeded: ReadonlySet<Limit>;
  severityRank: number;
}

export interface StateChange {
  readonly name: string;
  readonly state: string;
}

/** The state of the page, from the messages of the service. */
export class Model {
  readonly policies = new Map<string, Policy>();
  times: number[] = [];
  /** The oldest first. */
  events: FeedEvent[] = [];
  service: string | null = null;
  /** The process that responds, as `host:pid`. */
  instance = '';
  /** When that process was started. */
  startedAt = 0;
  canAdminister = false;
  limits: Limits | undefined;
  /** The number of names without a row. */
  omittedNames = 0;
  /** The number of names by the worst state of their circuit breakers. */
  states: readonly number[] = [];
  /** The time of the last message on the clock of the service. */
  at = 0;
  /** Events of processes that responded earlier. */
  #earlierEvents: FeedEvent[] = [];

  get sampledSeconds(): number {
    return this.times.length - 1;
  }

  /** @returns the circuit breakers whose state differs from that before the connection was lost */
  applySnapshot(message: SnapshotMessage): StateChange[] {
    const previous = new Map(this.policies);
    if (this.#isOtherProcess(message)) {
      this.#earlierEvents = [...this.events, restartEvent(message)];
    }
    this.instance = message.instance;
    this.startedAt = message.startedAt;
    this.service = message.service;
    this.canAdminister = message.canAdminister;
    this.limits = message.limits;
    this.events = [...this.#earlierEvents, ...message.events].slice(-FEED_LIMIT);
    this.omittedNames = message.omittedNames;
    this.states = message.states;
    this.at = message.at;
    this.times = [...message.times];
    this.policies.clear();
    message.rows.forEach((row, index) => {
      const history = (message.history[index] ?? []).map((samples) =>
        samples === 0 ? this.times.map(() => 0) : [...samples],
      );
      this.policies.set(row.name, { history, ...this.#checkLimits(row) });
    });
    return message.rows.flatMap((row) => stateChangeOf(previous.get(row.name)?.row, row));
  }

  /** @returns the circuit breakers whose state has changed */
  applyUpdate(message: UpdateMessage): StateChange[] {
    const changes: StateChange[] = [];
    this.at = message.at;
    this.omittedNames = message.omittedNames;
    this.states = message.states;
    this.events = [...this.events, ...message.events].slice(-FEED_LIMIT);
    this.#followClock(message.at - message.elapsed);
    this.times.push(message.at);
    for (const name of message.removed) this.policies.delete(name);
    for (const row of message.rows) {
      const policy = this.policies.get(row.name);
      changes.push(...stateChangeOf(policy?.row, row));
      if (policy) Object.assign(policy, this.#checkLimits(row));
      else {
        this.policies.set(row.name, {
          history: this.#emptyHistory(row),
          ...this.#checkLimits(row),
        });
      }
    }
    for (const { history, row } of this.policies.values()) {
      history.forEach((samples, outcome) => {
        samples.push(row.latest[outcome] ?? 0);
        if (samples.length > HISTORY_STEPS) samples.shift();
      });
    }
    if (this.times.length > HISTORY_STEPS) this.times.shift();
    return changes;
  }

  /** Calls per second; `undefined` before the second sample. */
  rate({ history }: Policy): number | undefined {
    const count = Math.min(RATE_SAMPLES, this.times.length - 1);
    if (count < 1) return undefined;
    const from = this.times[this.times.length - 1 - count] as number;
    const calls = history.reduce(
      (sum, samples) => sum + samples.slice(-count).reduce((a, b) => a + b, 0),
      0,
    );
    return (calls * 1000) / Math.max(1, this.at - from);
  }

  /** Moves the times of samples if the clock of the service was set. */
  #followClock(previousAt: number): void {
    const step = previousAt - (this.times.at(-1) ?? previousAt);
    if (Math.abs(step) > CLOCK_SET_MS) this.times = this.times.map((time) => time + step);
  }

  #isOtherProcess({ instance, startedAt }: SnapshotMessage): boolean {
    if (this.instance === '') return false;
    return instance !== this.instance || startedAt !== this.startedAt;
  }

  #checkLimits(row: Row): Pick<Policy, 'row' | 'exceeded' | 'severityRank'> {
    const exceeded: ReadonlySet<Limit> = this.limits ? exceededLimits(row, this.limits) : new Set();
    return { row, exceeded, severityRank: severityRank(row, exceeded) };
  }

  /** Zeros for the time before the row existed. */
  #emptyHistory(row: Row): number[][] {
    return row.latest.map(() => this.times.slice(1).map(() => 0));
  }
}

function stateChangeOf(previous: Row | undefined, { name, breaker }: Row): StateChange[] {
  const previousBreaker = previous?.breaker;
  if (!previousBreaker || !breaker || previousBreaker.state === breaker.state) return [];
  return [{ name, state: breaker.state }];
}

/** The process was restarted, or a load balancer has chosen another replica. */
function restartEvent({ at, instance }: SnapshotMessage): FeedEvent {
  return {
    at,
    kind: 'administration',
    name: instance,
    text: 'is another process: counters and isolations were reset',
    tone: 'warning',
  };
}
