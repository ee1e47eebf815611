import { CircuitState } from 'cockatiel';
import { uninstrument } from 'cockatiel-otel';
import type { CallCounts, Outcome } from './call-counts.ts';
import type { EventLog } from './event-log.ts';
import { describe, isTimeout, request, type ServiceResult } from './request.ts';
import { documented } from './scale.ts';
import type { ServiceSpec } from './services.ts';
import { createStack, DOCUMENTED_STACKS, type Stack } from './stacks.ts';

/** Calls one service through its stack, counts the calls, and logs events. */
export class Client {
  readonly spec: ServiceSpec;
  readonly #stack: Stack;
  readonly #url: string;
  readonly #book: CallCounts;
  readonly #feed: EventLog;
  #cached: ServiceResult = { from: 'fallback', text: '' };
  /** When the circuit entered its state, by the clock of the log. */
  #since: number;
  /** When the circuit left closed; 0 while it is closed. */
  #openedAt = 0;
  /** Failed probes since then. */
  failedProbes = 0;

  constructor(spec: ServiceSpec, url: string, book: CallCounts, feed: EventLog) {
    this.spec = spec;
    this.#url = url;
    this.#book = book;
    this.#feed = feed;
    this.#since = feed.now;
    this.#stack = createStack(spec, () => {
      this.#once('cache', 'warning', 'the last successful response is used (fallback)');
      return this.#cached;
    });
    this.#listen();
  }

  /** Milliseconds since the circuit left closed, or since it closed. */
  get stateAge(): number {
    return this.#feed.now - this.#since;
  }

  async call(): Promise<void> {
    let requests = 0;
    let outcome: Outcome;
    try {
      const { from, text } = await this.#stack.policy.execute(({ signal }) => {
        requests++;
        this.#book.add(this.spec.name, 'requests');
        return request(this.#url, signal);
        // Without a signal, cockatiel uses one for all calls, and Node warns about its listeners.
      }, new AbortController().signal);
      if (from === 'service') this.#cached = { from: 'fallback', text };
      outcome = from === 'service' ? 'success' : 'fallback';
    } catch (error) {
      outcome = requests === 0 ? 'rejected' : isTimeout(error) ? 'timed_out' : 'failure';
    }
    this.#book.add(this.spec.name, outcome);
  }

  stop(): void {
    uninstrument(this.#stack.policy);
  }

  #listen(): void {
    const { breaker, bulkhead, retry, timeout } = this.#stack;
    const numbers = DOCUMENTED_STACKS[this.spec.name];
    breaker.onBreak((reason) => {
      const why = 'error' in reason ? describe(reason.error) : 'isolated';
      if (this.#openedAt === 0) {
        this.#openedAt = this.#feed.now;
        this.#since = this.#openedAt;
        const { failures, openSeconds } = numbers.breaker;
        this.#log('bad', `circuit opened: ${failures} consecutive failures, the last: ${why}`);
        this.#once('open', 'bad', `calls are rejected for ${documented(openSeconds)}`);
      } else if (++this.failedProbes === 1) {
        this.#log('bad', `the first probe failed (${why}): still open`);
      }
    });
    breaker.onReset(() => {
      const seconds = ((this.#feed.now - this.#openedAt) / 1000).toFixed(1);
      const count = this.failedProbes;
      const probes = count > 0 ? `, ${count} failed ${count === 1 ? 'probe' : 'probes'}` : '';
      this.#log('good', `circuit closed again after ${seconds} s${probes}`);
      this.#openedAt = 0;
      this.failedProbes = 0;
      this.#since = this.#feed.now;
    });
    timeout.onTimeout(() => {
      const limit = documented(this.spec.timeoutSeconds);
      this.#once('timeout', 'warning', `no response within ${limit}: calls time out`);
    });
    retry?.onGiveUp((reason) => {
      if (breaker.state !== CircuitState.Closed || !('error' in reason)) return;
      const calls = numbers.retry?.calls;
      this.#once('exhausted', 'warning', `stopped after ${calls} calls: ${describe(reason.error)}`);
    });
    bulkhead?.onReject(() => {
      this.#once('bulkhead', 'warning', `bulkhead full (${numbers.bulkhead?.limit}): rejecting`);
    });
  }

  #log(tone: 'bad' | 'good', text: string): void {
    this.#feed.add(tone, text, this.spec.label);
  }

  #once(kind: string, tone: 'bad' | 'warning', text: string): void {
    this.#feed.addOnce(kind, tone, text, this.spec.label);
  }
}
