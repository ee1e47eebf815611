import { Breakers } from './breakers.ts';
import { NAMED } from './instrumented.ts';
import type { Materials } from './materials.ts';
import type { Numbers } from './numbers.ts';
import { listen, type Policy } from './policies.ts';
import { type Call, Recorder } from './recorder.ts';
import { ofBulkhead, ofTimeout, Results } from './results.ts';
import type { FilterSpec, Node, PolicySpec, Scenario } from './scenario.ts';
import { Tally } from './tally.ts';
import type { World } from './world.ts';

const STATES = ['closed', 'open', 'half_open', 'isolated'] as const;
const TRANSITIONS = [
  ...['closed>open', 'open>half_open', 'half_open>open', 'half_open>closed'],
  ...['closed>isolated', 'open>isolated', 'half_open>isolated', 'isolated>closed'],
];
const OUTCOMES = [
  'success',
  'fallback',
  'failure',
  'rejected',
  'timed_out',
  'cancelled',
  'not_handled',
];
const BREAKER_RESULTS = ['success', 'failure', 'ignored', 'rejected', 'cancelled'];
const RETRY_RESULTS = [
  ...['success_without_retry', 'success_after_retry', 'exhausted', 'not_retryable', 'aborted'],
  'budget_exhausted',
];
const ATTEMPTS = ['1', '2', '3', '4', '5', '6', '7', '8', '9', '_OTHER'];

/**
 * What every counter must say, from nothing but what an observer outside can see: calls of policies
 * and of their functions and how they ended, states that are read, and cockatiel's public events.
 * Shares no code with what it judges.
 */
export class Model {
  readonly recorder = new Recorder((call) => this.#answered(call));
  readonly #scenario: Scenario;
  readonly #outcomes = new Map<Call, string>();
  readonly #delays: { readonly policy: Policy; readonly seconds: number }[] = [];
  readonly #breakers = new Breakers();
  /** The name of each policy, and of those that were given to `instrument` themselves. */
  readonly #names = new Map<Policy, string>();
  readonly #roots = new Map<Policy, string>();
  /** Since it began. */
  #materials!: Materials;
  #results!: Results;

  constructor(scenario: Scenario) {
    this.#scenario = scenario;
  }

  /** Begins when the copy with instrumented policies is instrumented. */
  begin(world: World): void {
    this.#materials = world.materials;
    this.#results = new Results(world.materials);
    this.#name(world);
    this.#scenario.policies.forEach(({ type }, index) => {
      const policy = world.policies[index] as Policy;
      if (type === 'circuit breaker') this.#breakers.watch(policy);
      if (type === 'retry') {
        listen(policy, 'onRetry', (event) => {
          this.#delays.push({ policy, seconds: (event as { delay: number }).delay / 1000 });
        });
      }
    });
  }

  /** By name. */
  expected(world: World): Record<string, Numbers> {
    const names = [...new Set(this.#names.values())];
    return Object.fromEntries(names.map((name) => [name, this.#numbersOf(name, world)]));
  }

  /** The first name stays. */
  #name(world: World): void {
    this.#scenario.stacks.forEach(({ root, name }, index) => {
      const policy = world.roots[index] as Policy;
      if (this.#names.has(policy)) return;
      this.#names.set(policy, name);
      this.#roots.set(policy, name);
      for (const member of this.#membersOf(root)) {
        const own = world.policies[member] as Policy;
        // A noop is nothing that could be counted, but for its executions.
        if (this.#names.has(own) || this.#scenario.policies[member]?.type === 'noop') continue;
        this.#names.set(own, name);
      }
    });
  }

  #membersOf(node: Node): number[] {
    if ('policy' in node) return [node.policy];
    if ('wrap' in node) return node.wrap.flatMap((item) => this.#membersOf(item));
    return this.#membersOf(this.#scenario.stacks[node.stack]?.root as Node);
  }

  #answered(call: Call): void {
    if (this.#roots.has(call.policy)) this.#outcomes.set(call, this.#results.ofExecution(call));
  }

  #numbersOf(name: string, world: World): Numbers {
    const tally = new Tally();
    tally.add('execution.active', 0);
    tally.add('telemetry.errors', 0);
    tally.zero('executions', OUTCOMES);
    const own = new Set([...this.#names.keys()].filter((key) => this.#names.get(key) === name));
    // In the order in which they are instrumented.
    for (const policy of own) {
      const spec = this.#scenario.policies[world.policies.indexOf(policy)];
      if (spec) this.#bear(policy, spec, tally);
    }
    for (const call of this.recorder.calls) {
      if (this.#roots.get(call.policy) === name) this.#countExecution(call, tally);
      if (own.has(call.policy)) this.#count(call, tally);
    }
    for (const { policy, seconds } of this.#delays) {
      if (own.has(policy)) tally.time('retry.delay', seconds);
    }
    return tally.numbers;
  }

  /** What is there before anything happens, and what is a state and not an event. */
  #bear(policy: Policy, spec: PolicySpec, tally: Tally): void {
    switch (spec.type) {
      case 'circuit breaker':
        tally.zero('circuit_breaker.calls', BREAKER_RESULTS);
        tally.zero('circuit_breaker.transitions', TRANSITIONS);
        tally.zero('circuit_breaker.administration', ['reset', 'isolate', 'release']);
        if (spec.breaker.kind === 'consecutive') this.#countFailures(policy, spec.breaker, tally);
        return this.#countLife(policy, tally);
      case 'retry':
        tally.zero('retry.calls', RETRY_RESULTS);
        return tally.zero('retry.attempts', ATTEMPTS);
      case 'timeout': {
        tally.zero('timeout.calls', ['completed', 'timed_out', 'cancelled']);
        // Node fires a timer after 1 ms at the earliest.
        const limit = Math.max(spec.ms, 1) / 1000;
        return tally.add(
          'timeout.limit',
          Math.max(0, limit - (tally.numbers['timeout.limit'] ?? 0)),
        );
      }
      case 'bulkhead': {
        const { executionSlots, queueSlots } = policy as Policy & {
          executionSlots: number;
          queueSlots: number;
        };
        tally.zero('bulkhead.calls', ['accepted', 'rejected', 'cancelled']);
        tally.add('bulkhead.limit', spec.capacity);
        tally.add('bulkhead.active', spec.capacity - executionSlots);
        tally.add('bulkhead.queue.limit', spec.queue);
        return tally.add('bulkhead.queued', spec.queue - queueSlots);
      }
      case 'fallback':
        for (const result of ['not_used', 'used', 'failed']) {
          tally.zero('fallback.calls', [result, `${result}.${typeOf(spec)}`]);
        }
    }
  }

  /** Of several breakers, those of the one that needs the fewest more to open, then of the one with the most. */
  #countFailures(policy: Policy, { threshold }: { threshold: number }, tally: Tally): void {
    const { breakerState } = (policy as Policy & { toJSON(): { breakerState: number } }).toJSON();
    const { 'circuit_breaker.failures.limit': limit, 'circuit_breaker.failures': failures } =
      tally.numbers;
    if (limit !== undefined && failures !== undefined) {
      const [left, ownLeft] = [limit - failures, threshold - breakerState];
      if (left < ownLeft || (left === ownLeft && failures >= breakerState)) return;
    }
    tally.numbers['circuit_breaker.failures'] = breakerState;
    tally.numbers['circuit_breaker.failures.limit'] = threshold;
  }

  #countLife(policy: Policy, tally: Tally): void {
    const { state, downtime, transitions, recoveries } = this.#breakers.read(policy);
    STATES.forEach((item, index) => {
      tally.add(`circuit_breaker.state.${item}`, state === index ? 1 : 0);
    });
    const longest = tally.numbers['circuit_breaker.downtime'] ?? 0;
    tally.add('circuit_breaker.downtime', Math.max(0, downtime - longest));
    for (const [from, to] of transitions) {
      tally.add(`circuit_breaker.transitions.${STATES[from]}>${STATES[to]}`);
    }
    for (const seconds of recoveries) tally.time('circuit_breaker.recovery.duration', seconds);
  }

  #countExecution(call: Call, tally: Tally): void {
    const outcome = this.#outcomes.get(call);
    if (outcome === undefined) return tally.add('execution.active');
    tally.add(`executions.${outcome}`);
    const isAnswered = outcome === 'success' || outcome === 'fallback';
    tally.time(`execution.duration.${isAnswered ? 'answered' : 'unanswered'}`, lasted(call));
  }

  #count(call: Call, tally: Tally): void {
    const { spec, settled, runs, lastRun } = call;
    if (spec === 'wrap') return;
    switch (spec.type) {
      case 'circuit breaker':
        this.#countErrors(call, spec.filter, 'circuit_breaker', tally);
        if (settled)
          tally.add(`circuit_breaker.calls.${this.#results.ofBreaker(call, spec.filter)}`);
        return;
      case 'retry':
        this.#countErrors(call, spec.filter, 'retry', tally);
        for (let again = 1; again < runs.length; again++) {
          tally.add(`retry.attempts.${ATTEMPTS[Math.min(again, 10) - 1]}`);
        }
        if (settled) tally.add(`retry.calls.${this.#results.ofRetry(call, spec.filter)}`);
        return;
      case 'timeout':
        if (!settled) return;
        return tally.add(`timeout.calls.${ofTimeout(call)}`);
      case 'bulkhead': {
        const result = ofBulkhead(call);
        if (result === undefined) return;
        tally.add(`bulkhead.calls.${result}`);
        const until = (lastRun ?? settled)?.time ?? 0;
        if (call.queued) tally.time('bulkhead.wait.duration', (until - call.time) / 1000);
        return;
      }
      case 'fallback': {
        this.#countErrors(call, spec.filter, 'fallback', tally);
        if (!settled) return;
        const result = this.#results.ofFallback(call, spec.filter);
        tally.add(`fallback.calls.${result}`);
        tally.add(`fallback.calls.${result}.${typeOf(spec)}`);
      }
    }
  }

  /** Failures that the policy handled. */
  #countErrors({ runs }: Call, filter: FilterSpec, policy: string, tally: Tally): void {
    const { errorType } = this.#scenario;
    for (const run of runs) {
      if (!run.settled || !this.#results.failed(run, filter)) continue;
      const { ok, thing } = run.settled;
      const material = this.#materials.find(ok, thing);
      const type = material?.type ?? (thing as object).constructor.name;
      tally.add(`errors.${policy}:${errorType === 'names' ? NAMED : type}`);
      if (errorType === 'throws') tally.add('telemetry.errors');
    }
  }
}

function typeOf({ answer }: PolicySpec & { type: 'fallback' }): string {
  return answer.kind === 'value' ? 'value' : 'function';
}

/** Seconds. */
function lasted({ time, settled }: Call): number {
  return ((settled?.time ?? 0) - time) / 1000;
}
