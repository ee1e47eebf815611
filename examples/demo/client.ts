import { CircuitState } from 'cockatiel';
import { uninstrument } from 'cockatiel-otel';
import type { Book, Outcome } from './books.ts';
import type { Feed } from './feed.ts';
import { type Answer, describe, isTimeout, request } from './request.ts';
import { documented } from './scale.ts';
import type { ServiceSpec } from './services.ts';
import { DOCUMENTED, type Stack, stackFor } from './stacks.ts';

/** Calls one service through its stack, counts for itself, and tells what it notices. */
export class Client {
  readonly spec: ServiceSpec;
  readonly #stack: Stack;
  readonly #url: string;
  readonly #book: Book;
  readonly #feed: Feed;
  #cached: Answer = { from: 'fallback', text: '' };
  /** When the circuit came into the state it is in, by the feed's clock. */
  #since: number;
  /** When the circuit opened first, since it was closed last. */
  #openedAt = 0;
  /** Probes that failed since then. */
  failedProbes = 0;

  constructor(spec: ServiceSpec, url: string, book: Book, feed: Feed) {
    this.spec = spec;
    this.#url = url;
    this.#book = book;
    this.#feed = feed;
    this.#since = feed.now;
    this.#stack = stackFor(spec, () => {
      this.#once('cache', 'warning', 'the last good answer stands in (fallback)');
      return this.#cached;
    });
    this.#listen();
  }

  /** Milliseconds that the circuit has been in its state: open and half-open count as one. */
  get stateAge(): number {
    return this.#feed.now - this.#since;
  }

  async call(): Promise<void> {
    let requests = 0;
    let outcome: Outcome;
    try {
      const { from, text } = await this.#stack.policy.execute(({ signal }) => {
        requests++;
        this.#book.count(this.spec.name, 'requests');
        return request(this.#url, signal);
        // Without a signal cockatiel shares one among all calls, and Node warns of its listeners.
      }, new AbortController().signal);
      if (from === 'service') this.#cached = { from: 'fallback', text };
      outcome = from === 'service' ? 'success' : 'fallback';
    } catch (error) {
      outcome = requests === 0 ? 'rejected' : isTimeout(error) ? 'timed_out' : 'failure';
    }
    this.#book.count(this.spec.name, outcome);
  }

  stop(): void {
    uninstrument(this.#stack.policy);
  }

  #listen(): void {
    const { breaker, bulkhead, retry, timeout } = this.#stack;
    const numbers = DOCUMENTED[this.spec.name];
    breaker.onBreak((reason) => {
      const why = 'error' in reason ? describe(reason.error) : 'isolated';
      if (this.#openedAt === 0) {
        this.#openedAt = this.#feed.now;
        this.#since = this.#openedAt;
        const { failures, openSeconds } = numbers.breaker;
        this.#tell('bad', `circuit opened: ${failures} failures in a row, the last: ${why}`);
        this.#once('open', 'bad', `its calls are rejected for ${documented(openSeconds)}`);
      } else if (++this.failedProbes === 1) {
        this.#tell('bad', `the first probe failed (${why}): still open`);
      }
    });
    breaker.onReset(() => {
      const seconds = ((this.#feed.now - this.#openedAt) / 1000).toFixed(1);
      const count = this.failedProbes;
      const probes = count > 0 ? `, ${count} failed ${count === 1 ? 'probe' : 'probes'}` : '';
      this.#tell('good', `circuit closed again after ${seconds} s${probes}`);
      this.#openedAt = 0;
      this.failedProbes = 0;
      this.#since = this.#feed.now;
    });
    timeout.onTimeout(() => {
      const limit = documented(this.spec.timeoutSeconds);
      this.#once('timeout', 'warning', `no answer within ${limit}: calls time out`);
    });
    retry?.onGiveUp((reason) => {
      if (breaker.state !== CircuitState.Closed || !('error' in reason)) return;
      const calls = numbers.retry?.calls;
      this.#once('give up', 'warning', `gave up after ${calls} tries: ${describe(reason.error)}`);
    });
    bulkhead?.onReject(() => {
      this.#once('bulkhead', 'warning', `bulkhead full (${numbers.bulkhead?.limit}): rejecting`);
    });
  }

  #tell(tone: 'bad' | 'good', text: string): void {
    this.#feed.tell(tone, text, this.spec.label);
  }

  #once(kind: string, tone: 'bad' | 'warning', text: string): void {
    this.#feed.tellOnce(kind, tone, text, this.spec.label);
  }
}
