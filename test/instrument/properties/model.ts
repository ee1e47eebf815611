import { Breakers } from './breakers.ts';
import type { Materials } from './materials.ts';
import { type Numbers, round } from './numbers.ts';
import { accepts, listen, type Policy } from './policies.ts';
import { type Call, Recorder, Run } from './recorder.ts';
import type { FilterSpec, Node, PolicySpec, Scenario } from './scenario.ts';
import type { World } from './world.ts';

const STATES = ['closed', 'open', 'half_open', 'isolated'] as const;

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
  #materials: Materials | undefined;

  constructor(scenario: Scenario) {
    this.#scenario = scenario;
  }

  /** Starts when the copy with instrumented policies is instrumented. */
  begin(world: World): void {
    this.#materials = world.materials;
    this.#scenario.stacks.forEach(({ root, name }, index) => {
      const policy = world.roots[index] as Policy;
      // What has a name keeps it.
      if (this.#names.has(policy)) return;
      this.#names.set(policy, name);
      this.#roots.set(policy, name);
      for (const member of this.#membersOf(root)) {
        const own = world.policies[member] as Policy;
        if (this.#names.has(own) || this.#scenario.policies[member]?.type === 'noop') continue;
        this.#names.set(own, name);
      }
    });
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

  #numbersOf(name: string, world: World): Numbers {
    const numbers: Numbers = { 'execution.active': 0, 'telemetry.errors': 0 };
    const add = (key: string, amount = 1) => {
      numbers[key] = round((numbers[key] ?? 0) + amount);
    };
    const zero = (prefix: string, keys: readonly string[]) => {
      for (const key of keys) add(`${prefix}.${key}`, 0);
    };
    const time = (key: string, seconds: number) => {
      add(`${key}.count`);
      add(`${key}.sum`, seconds);
    };
    const sink: Sink = { numbers, add, zero, time };
    zero('executions', ['success', 'fallback', 'failure', 'rejected', 'timed_out', 'cancelled']);

    const own = new Set<Policy>();
    this.#scenario.policies.forEach((spec, index) => {
      const policy = world.policies[index] as Policy;
      if (this.#names.get(policy) !== name || own.has(policy)) return;
      own.add(policy);
      this.#bear(policy, spec, sink);
    });

    for (const call of this.recorder.calls) {
      if (this.#roots.get(call.policy) === name) {
        const outcome = this.#outcomes.get(call);
        if (outcome === undefined) add('execution.active');
        else {
          add(`executions.${outcome}`);
          time(`execution.duration.${outcome}`, lasted(call));
        }
      }
      if (own.has(call.policy)) this.#count(call, sink);
    }
    for (const { policy, seconds } of this.#delays) {
      if (own.has(policy)) time('retry.delay', seconds);
    }
    return numbers;
  }

  /** What is there before anything happens, and what is a state and not an event. */
  #bear(policy: Policy, spec: PolicySpec, { numbers, add, zero, time }: Sink): void {
    switch (spec.type) {
      case 'circuit breaker': {
        const { state, seconds, transitions, recoveries } = this.#breakers.read(policy);
        zero('circuit_breaker.calls', ['success', 'failure', 'ignored', 'rejected', 'cancelled']);
        zero('circuit_breaker.state', STATES);
        zero('circuit_breaker.transitions', TRANSITIONS);
        add(`circuit_breaker.state.${STATES[state]}`);
        STATES.forEach((each, index) => {
          add(`circuit_breaker.time.${each}`, seconds[index]);
        });
        for (const [from, to] of transitions) {
          add(`circuit_breaker.transitions.${STATES[from]}>${STATES[to]}`);
        }
        for (const each of recoveries) time('circuit_breaker.recovery.duration', each);
        return;
      }
      case 'retry':
        zero('retry.calls', [
          'success_without_retry',
          'success_after_retry',
          'exhausted',
          'not_retryable',
          'aborted',
        ]);
        return zero('retry.attempts', ['1', '2', '3', '4', '5', '6', '7', '8', '9', '10+']);
      case 'timeout': {
        zero('timeout.calls', ['completed', 'timed_out', 'cancelled']);
        // Node fires a timer after 1 ms at the earliest.
        const limit = Math.max(spec.ms, 1) / 1000;
        return add('timeout.limit', Math.max(0, limit - (numbers['timeout.limit'] ?? 0)));
      }
      case 'bulkhead': {
        const { executionSlots, queueSlots } = policy as Policy & {
          executionSlots: number;
          queueSlots: number;
        };
        zero('bulkhead.calls', ['accepted', 'rejected', 'cancelled']);
        add('bulkhead.limit', spec.capacity);
        add('bulkhead.active', spec.capacity - executionSlots);
        add('bulkhead.queue.limit', spec.queue);
        add('bulkhead.queued', spec.queue - queueSlots);
        return;
      }
      case 'fallback':
        zero('fallback.calls', ['not_used', 'used', 'failed']);
        return zero('fallback.calls', [
          `not_used.${typeOf(spec)}`,
          `used.${typeOf(spec)}`,
          `failed.${typeOf(spec)}`,
        ]);
    }
  }

  #count(call: Call, sink: Sink): void {
    const { spec, settled, lastRun } = call;
    if (spec === 'wrap') return;
    const { add, time } = sink;
    switch (spec.type) {
      case 'circuit breaker':
        this.#countErrors(call, spec.filter, 'circuit_breaker', sink);
        if (settled) add(`circuit_breaker.calls.${this.#breakerResult(call, spec.filter)}`);
        return;
      case 'retry':
        this.#countErrors(call, spec.filter, 'retry', sink);
        for (let again = 1; again < call.runs.length; again++) {
          add(`retry.attempts.${again < 10 ? again : '10+'}`);
        }
        if (settled) add(`retry.calls.${this.#retryResult(call, spec.filter)}`);
        return;
      case 'timeout':
        if (!settled) return;
        add(`timeout.calls.${timeoutResult(call)}`);
        return time('timeout.duration', lasted(call));
      case 'bulkhead':
        if (lastRun) add('bulkhead.calls.accepted');
        else if (settled) {
          add(`bulkhead.calls.${isTaskCancelled(settled.thing) ? 'cancelled' : 'rejected'}`);
        }
        if (call.queued && (lastRun ?? settled)) {
          time(
            'bulkhead.wait.duration',
            ((lastRun ?? settled)?.time ?? 0) / 1000 - call.time / 1000,
          );
        }
        return;
      case 'fallback': {
        this.#countErrors(call, spec.filter, 'fallback', sink);
        if (!settled) return;
        const used = this.#failed(lastRun, spec.filter);
        const result = used ? (settled.ok ? 'used' : 'failed') : 'not_used';
        add(`fallback.calls.${result}`);
        return add(`fallback.calls.${result}.${typeOf(spec)}`);
      }
    }
  }

  #breakerResult({ settled, lastRun }: Call, filter: FilterSpec): string {
    if (!lastRun) return isTaskCancelled(settled?.thing) ? 'cancelled' : 'rejected';
    if (this.#failed(lastRun, filter)) return 'failure';
    return settled?.ok ? 'success' : 'ignored';
  }

  #retryResult({ settled, lastRun, runs }: Call, filter: FilterSpec): string {
    if (this.#failed(lastRun, filter)) return settled?.aborted ? 'aborted' : 'exhausted';
    if (!settled?.ok) return 'not_retryable';
    return runs.length > 1 ? 'success_after_retry' : 'success_without_retry';
  }

  /** Failures that the policy handled. */
  #countErrors({ runs }: Call, filter: FilterSpec, policy: string, { add }: Sink): void {
    for (const run of runs) {
      if (!run.settled || !this.#failed(run, filter)) continue;
      const { ok, thing } = run.settled;
      const material = this.#materials?.find(ok, thing);
      const { errorType } = this.#scenario;
      const type =
        errorType === 'names'
          ? 'named by the hook'
          : (material?.type ?? (thing as object).constructor.name);
      add(`errors.${policy}:${type}`);
      if (errorType === 'throws' || (errorType === 'default' && material?.hostile)) {
        add('telemetry.errors');
      }
    }
  }

  #failed(run: Run | undefined, filter: FilterSpec): boolean {
    if (!run?.settled) return false;
    return accepts(filter, this.#materials as Materials, run.settled.ok, run.settled.thing);
  }

  #answered(call: Call): void {
    if (this.#roots.has(call.policy)) this.#outcomes.set(call, this.#outcomeOf(call));
  }

  #outcomeOf(call: Call): string {
    const { settled, lastRun } = call;
    const way = wayOf(call);
    if (settled?.ok) return way.some((each) => this.#fellBack(each)) ? 'fallback' : 'success';
    if (!lastRun && !isTaskCancelled(settled?.thing)) return 'rejected';
    if (way.some((each) => each.settled?.ok === false && timeoutResult(each) === 'timed_out')) {
      return 'timed_out';
    }
    if (settled?.aborted) return 'cancelled';
    return lastRun ? 'failure' : 'rejected';
  }

  #fellBack({ spec, lastRun }: Call): boolean {
    return spec !== 'wrap' && spec.type === 'fallback' && this.#failed(lastRun, spec.filter);
  }

  #membersOf(node: Node): number[] {
    if ('policy' in node) return [node.policy];
    if ('wrap' in node) return node.wrap.flatMap((each) => this.#membersOf(each));
    return this.#membersOf(this.#scenario.stacks[node.stack]?.root as Node);
  }
}

interface Sink {
  readonly numbers: Numbers;
  add(key: string, amount?: number): void;
  zero(prefix: string, keys: readonly string[]): void;
  time(key: string, seconds: number): void;
}

const TRANSITIONS = [
  'closed>open',
  'open>half_open',
  'half_open>open',
  'half_open>closed',
  'closed>isolated',
  'open>isolated',
  'half_open>isolated',
  'isolated>closed',
];

/** The calls of a stack through which its answer came: at every policy those of the last attempt. */
function wayOf(root: Call): Call[] {
  const way = [root];
  let next = root.spec === 'wrap' ? root.inside.at(-1) : undefined;
  while (next) {
    if (next instanceof Run) {
      // The user's function: what it does is no part of the stack.
      if (next.of === root) break;
      next = next.inside.at(-1);
      continue;
    }
    way.push(next);
    next = next.spec === 'wrap' ? next.inside.at(-1) : next.lastRun?.inside.at(-1);
  }
  return way;
}

function timeoutResult({ spec, lastRun }: Call): string | undefined {
  if (spec === 'wrap' || spec.type !== 'timeout') return undefined;
  const results = { no: 'completed', 'by the timeout': 'timed_out', 'by the caller': 'cancelled' };
  return results[lastRun?.aborted ?? 'no'];
}

function typeOf({ answer }: PolicySpec & { type: 'fallback' }): string {
  return answer.kind === 'value' ? 'value' : 'function';
}

function isTaskCancelled(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'isTaskCancelledError' in error;
}

/** Seconds. */
function lasted({ time, settled }: Call): number {
  return ((settled?.time ?? 0) - time) / 1000;
}
