import type { Cockatiel } from '../../support/cockatiel.ts';
import { userFunction } from './behaviour.ts';
import type { Clock } from './clock.ts';
import { decorate } from './decorate.ts';
import { Materials } from './materials.ts';
import { EVENTS, Factory, type Fn, listen, type Policy } from './policies.ts';
import type { Action, Node, PolicySpec, Scenario } from './scenario.ts';
import { Trace } from './trace.ts';

export const SIGNALS = 3;

/** Puts something in the place of a policy; a root is what callers execute. */
export type Probe = (policy: Policy, spec: PolicySpec | 'wrap' | 'other') => Policy;

/** One copy of a scenario's policies, and what happens to them. */
export class World {
  readonly trace: Trace;
  readonly materials: Materials;
  /** As cockatiel made them, parallel to the scenario's. */
  readonly policies: readonly Policy[];
  /** What callers execute. */
  readonly stacks: Policy[] = [];
  /** The same, without what a probe put in their place. */
  readonly roots: Policy[] = [];
  /** What decorators call; it is no part of a stack. */
  readonly another: Policy;
  readonly controllers = Array.from({ length: SIGNALS }, () => new AbortController());
  readonly #scenario: Scenario;
  readonly #clock: Clock;
  readonly #gates = new Map<number, (() => void)[]>();
  readonly #callOther: Policy;
  readonly #handles: { dispose(): void }[] = [];
  #calls = 0;

  constructor(scenario: Scenario, cockatiel: Cockatiel, clock: Clock, probe: Probe) {
    this.#scenario = scenario;
    this.#clock = clock;
    this.materials = new Materials(cockatiel);
    this.trace = new Trace(clock, this.materials);
    this.controllers.forEach(({ signal }, index) => {
      this.trace.call(signal, `signal ${index}`);
    });
    for (const index of scenario.aborted) this.controllers[index]?.abort();

    const factory = new Factory(cockatiel, this.materials, this.trace);
    this.policies = scenario.policies.map((spec, index) =>
      factory.make(spec, label(spec, index), scenario.subclassed.includes(index)),
    );
    // The one noop may be there twice.
    const probes = new Map<Policy, Policy>();
    const members = this.policies.map((policy, index) => {
      const probed = probes.get(policy) ?? probe(policy, scenario.policies[index] as PolicySpec);
      probes.set(policy, probed);
      return probed;
    });
    const build = (node: Node): Policy => {
      if ('policy' in node) return members[node.policy] as Policy;
      if ('stack' in node) return this.stacks[node.stack] as Policy;
      const [head, ...rest] = node.wrap.map(build);
      return cockatiel.wrap(head as never, ...(rest as never[])) as unknown as Policy;
    };
    const { fallback, handleAll } = cockatiel;
    this.another = fallback(handleAll, 'of the other') as unknown as Policy;
    this.#callOther = probe(this.another, 'other');
    this.decorate({ isLater: false, policies: true });
    for (const { root } of scenario.stacks) {
      const stack = build(root);
      this.stacks.push('wrap' in root ? probe(stack, 'wrap') : stack);
      this.roots.push('policy' in root ? (this.policies[root.policy] as Policy) : stack);
    }
    this.decorate({ isLater: false, policies: false });
  }

  /** Puts decorators around `execute`. */
  decorate(now: { readonly isLater: boolean; readonly policies: boolean }): void {
    for (const { target, kind, isLater } of this.#scenario.decorators) {
      if (isLater !== now.isLater || 'policy' in target !== now.policies) continue;
      const policy = 'policy' in target ? this.policies[target.policy] : this.roots[target.stack];
      decorate(policy as Policy, kind, this.#callOther);
    }
  }

  /** Attaches the listeners of a user who looks at everything. */
  listen(): void {
    const { policies, throwing } = this.#scenario;
    policies.forEach((spec, index) => {
      const policy = this.policies[index] as Policy;
      if (spec.type === 'noop') return;
      for (const event of EVENTS[spec.type]) {
        let emissions = 0;
        listen(policy, event, (payload) => {
          const throws =
            throwing?.policy === index && throwing.event === event && emissions++ === throwing.at;
          this.trace.sees(
            `${label(spec, index)} ${event} ${this.#payload(payload)} ${this.#look(policy)}${throws ? ' and its listener throws' : ''}`,
          );
          if (throws) throw this.materials.fault;
        });
      }
    });
  }

  act(action: Action): void {
    switch (action.do) {
      case 'call':
        return this.#call(action);
      case 'abort':
        return this.controllers[action.signal]?.abort();
      case 'open gate': {
        const waiting = this.#gates.get(action.gate) ?? [];
        this.#gates.delete(action.gate);
        for (const open of waiting) open();
        return;
      }
      case 'isolate': {
        const breaker = this.policies[action.policy] as Policy & { isolate(): { dispose(): void } };
        this.#guarded(() => this.#handles.push(breaker.isolate()));
        return;
      }
      case 'release':
        return this.#guarded(() => this.#handles[action.handle]?.dispose());
      case 'set clock':
        return this.#clock.set(Date.now() + action.ms);
    }
  }

  execute(stack: number, fn: Fn, signal: AbortSignal | undefined): unknown {
    return (this.stacks[stack] as Policy).execute(fn, signal);
  }

  behindGate(gate: number, open: () => void): void {
    this.#gates.set(gate, [...(this.#gates.get(gate) ?? []), open]);
  }

  /** What can be seen of the policies between two turns. */
  look(): void {
    this.trace.sees(
      `then ${this.policies.map((policy) => this.#look(policy)).join(' ')} ${this.#clock.timers} timers`,
    );
  }

  #call({ stack, signal, ignored, function: behaviours }: Action & { do: 'call' }): void {
    const label = `call ${this.#calls++}`;
    const answered = (ok: boolean, thing: unknown, when = 'later') =>
      this.trace.answered(label, `${this.trace.outcome(ok, thing)} ${when}`);
    try {
      const answer = this.execute(
        stack,
        userFunction(this, behaviours, label),
        signal === undefined ? undefined : this.controllers[signal]?.signal,
      );
      if (typeof (answer as PromiseLike<unknown> | null | undefined)?.then !== 'function') {
        answered(true, answer, 'at once');
      } else if (!ignored) {
        Promise.resolve(answer).then(
          (value) => answered(true, value),
          (error) => answered(false, error),
        );
      }
    } catch (error) {
      answered(false, error, 'at once');
    }
  }

  #guarded(action: () => void): void {
    try {
      action();
    } catch (error) {
      this.trace.sees(`it ${this.trace.outcome(false, error)}`);
    }
  }

  #payload(payload: unknown): string {
    if (typeof payload !== 'object' || payload === null) return String(payload);
    return Object.entries(payload)
      .map(([key, value]) => {
        if (key === 'reason') return `${key} (${this.#payload(value)})`;
        if (key === 'error' || key === 'value') return this.trace.outcome(key === 'value', value);
        return `${key} ${value}`;
      })
      .join(', ');
  }

  /** What a policy shows of itself. */
  #look(policy: Policy): string {
    const { state, executionSlots, queueSlots } = policy as {
      state?: number;
      executionSlots?: number;
      queueSlots?: number;
    };
    return `[${[state, executionSlots, queueSlots].filter((item) => item !== undefined).join('/')}]`;
  }
}

export function label(spec: PolicySpec, index: number): string {
  return `${spec.type} ${index}`;
}
