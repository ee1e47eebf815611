import { AsyncLocalStorage } from 'node:async_hooks';
import { inspect } from 'node:util';
import type { Fn, Policy } from './policies.ts';
import type { PolicySpec } from './scenario.ts';
import type { Probe } from './world.ts';

export interface Settled {
  readonly ok: boolean;
  readonly thing: unknown;
  /** In ms of the fake clock. */
  readonly time: number;
  /** The signal that the policy was given was aborted by then. */
  readonly aborted: boolean;
}

/** The stack whose decorator runs, also after a wait. One for all, as each costs at every promise. */
const stackOfDecorator = new AsyncLocalStorage<Call | undefined>();

/** A function that a policy called, or that a stack called as the innermost. */
export class Run {
  readonly of: Call;
  /** What it called in turn: the next policy of a stack, or the function of a stack within. */
  readonly inside: (Call | Run)[] = [];
  readonly time = performance.now();
  /** What became of the signal it was given before it settled. */
  aborted: 'no' | 'by the timeout' | 'by the caller' = 'no';
  settled: Settled | undefined;
  /** What it returned. */
  returned: unknown;

  constructor(of: Call) {
    this.of = of;
  }

  get hasSettled(): boolean {
    // Looked up, because whoever waits for a promise learns of it later.
    return (
      this.settled !== undefined ||
      (this.returned instanceof Promise && !inspect(this.returned).includes('<pending>'))
    );
  }
}

/** One `execute` of a policy or stack. */
export class Call {
  readonly policy: Policy;
  readonly spec: PolicySpec | 'wrap';
  readonly signal: AbortSignal | undefined;
  readonly runs: Run[] = [];
  /** What a stack called: its outermost policy. */
  readonly inside: (Call | Run)[] = [];
  readonly time = performance.now();
  /** It had to wait in a queue. */
  queued = false;
  settled: Settled | undefined;

  constructor(policy: Policy, spec: PolicySpec | 'wrap', signal: AbortSignal | undefined) {
    this.policy = policy;
    this.spec = spec;
    this.signal = signal;
  }

  /** The last time it called its function. */
  get lastRun(): Run | undefined {
    return this.runs.at(-1);
  }
}

/**
 * The observer outside: stands before every policy of a bare stack and behind it, and writes down
 * what it was asked, what it asked in turn, and how each ended. Adds no microtask.
 */
export class Recorder {
  readonly calls: Call[] = [];
  readonly #answered: (call: Call) => void;
  /** What is running this very moment. */
  #current: Call | Run | undefined;

  /** @param answered is told of every call that ends, when it ends */
  constructor(answered: (call: Call) => void) {
    this.#answered = answered;
  }

  readonly probe: Probe = (policy, spec) => {
    if (spec === 'other') return policy;
    const recorder = this;
    return {
      execute(fn: Fn, signal?: AbortSignal) {
        return recorder.#execute(new Call(policy, spec, signal), fn);
      },
    };
  };

  #execute(call: Call, fn: Fn): unknown {
    const { policy, spec, signal } = call;
    this.calls.push(call);
    (this.#current ?? stackOfDecorator.getStore())?.inside.push(call);
    const inner: Fn = (...args) => this.#run(call, fn, args);
    const places = (policy as { queueSlots?: number }).queueSlots ?? 0;
    const settle = (ok: boolean, thing: unknown) => {
      call.settled = { ok, thing, time: performance.now(), aborted: call.signal?.aborted ?? false };
      this.#answered(call);
    };
    try {
      // Only a stack goes on to the next policy by itself; others do so from their function.
      const stack = spec === 'wrap' ? call : undefined;
      const answer = stackOfDecorator.run(stack, () =>
        this.#within(stack, () => policy.execute(inner, signal)),
      );
      call.queued =
        call.runs.length === 0 && ((policy as { queueSlots?: number }).queueSlots ?? 0) < places;
      return watched(answer, settle);
    } catch (error) {
      settle(false, error);
      throw error;
    }
  }

  #run(call: Call, fn: Fn, args: unknown[]): unknown {
    const run = new Run(call);
    call.runs.push(run);
    if (call.spec === 'wrap') this.#current?.inside.push(run);
    const settle = (ok: boolean, thing: unknown) => {
      run.settled = { ok, thing, time: performance.now(), aborted: call.signal?.aborted ?? false };
    };
    if (call.spec !== 'wrap' && call.spec.type === 'timeout') watchSignal(run, args[0]);
    try {
      run.returned = stackOfDecorator.run(undefined, () => this.#within(run, () => fn(...args)));
      return watched(run.returned, settle);
    } catch (error) {
      settle(false, error);
      throw error;
    }
  }

  #within<T>(current: Call | Run | undefined, work: () => T): T {
    const outer = this.#current;
    this.#current = current;
    try {
      return work();
    } finally {
      this.#current = outer;
    }
  }
}

function watchSignal(run: Run, context: unknown): void {
  const { signal } = context as { signal: AbortSignal };
  const aborted = () => {
    if (run.hasSettled) return;
    run.aborted = run.of.signal?.aborted ? 'by the caller' : 'by the timeout';
  };
  if (signal.aborted) aborted();
  else signal.addEventListener('abort', aborted, { once: true });
}

/** The very same thing where one can look at it from the side, else something that acts the same. */
function watched(returned: unknown, settle: (ok: boolean, thing: unknown) => void): unknown {
  if (returned instanceof Promise) {
    returned.then(
      (value) => settle(true, value),
      (error) => settle(false, error),
    );
    return returned;
  }
  const then = (returned as PromiseLike<unknown> | null | undefined)?.then;
  if (typeof then !== 'function') {
    settle(true, returned);
    return returned;
  }
  return {
    then(resolve: (value: unknown) => unknown, reject: (error: unknown) => unknown) {
      return then.call(
        returned as PromiseLike<unknown>,
        (value) => {
          settle(true, value);
          return resolve(value);
        },
        (error) => {
          settle(false, error);
          return reject(error);
        },
      );
    },
  };
}
