import {
  ATTR_DEGRADATION_NAME,
  ATTR_DEPENDENCY_NAME,
  ATTR_POLICY_NAME,
} from '../../src/semconv/attributes.ts';
import { CONDITIONS, type Condition, conditionAt, policyName, STATE_OF } from './behaviour.ts';
import { type Line, linesOf, type Subject, transitionOf } from './series.ts';

/** A service has a stack for each kind of call to a dependency, and checks the dependency once. */
const POLICIES_PER_DEPENDENCY = 3;

/** A policy, a dependency or a gathered answer. */
interface Member {
  /** The policy whose condition it shares. */
  readonly policy: number;
  readonly lines: readonly Line[];
  readonly values: Float64Array;
  condition: Condition;
  /** When its circuit left closed. */
  openedAt: number | undefined;
}

/** One replica of a service, as its exporter would show it. */
export class Replica {
  readonly #index: number;
  readonly #members: Member[];
  #second: number;

  /** @param second Unix time at which the replica starts */
  constructor(index: number, policies: number, second: number) {
    this.#index = index;
    this.#second = second;
    const member = (subject: Subject, name: string, policy: number): Member => {
      const lines = linesOf(subject, name);
      const condition = conditionAt(policy, index, second);
      const values = new Float64Array(lines.length);
      return { policy, lines, values, condition, openedAt: undefined };
    };
    const numbers = Array.from({ length: policies }, (_, policy) => policy);
    this.#members = [
      ...numbers.map((policy) => member(ATTR_POLICY_NAME, policyName(policy), policy)),
      ...numbers
        .filter((policy) => policy % POLICIES_PER_DEPENDENCY === 0)
        .map((policy) => member(ATTR_DEPENDENCY_NAME, policyName(policy), policy)),
      member(ATTR_DEGRADATION_NAME, 'start-page', 5),
    ];
  }

  /** Advances to a Unix time and returns the scrape. */
  page(second: number, timestamp = ''): string {
    const parts: string[] = [];
    for (const member of this.#members) {
      this.#advance(member, second);
      let isShown = true;
      member.lines.forEach(({ head, gauge, isWhole, appears }, index) => {
        const value = gauge
          ? (gauge[CONDITIONS.indexOf(member.condition)] ?? 0)
          : (member.values[index] ?? 0);
        if (appears !== 'previous') isShown = appears === 'at-start' || value >= 1;
        if (!isShown) return;
        const number = isWhole ? Math.floor(value) : Math.round(value * 1e3) / 1e3;
        parts.push(head, String(number), timestamp, '\n');
      });
    }
    this.#second = second;
    return parts.join('');
  }

  #advance(member: Member, until: number): void {
    const seconds = CONDITIONS.map(() => 0);
    const events = new Map<string, number>();
    let recoverySeconds: number | undefined;
    for (let second = this.#second; second < until; second++) {
      const condition = conditionAt(member.policy, this.#index, second);
      const [from, to] = [STATE_OF[member.condition], STATE_OF[condition]];
      if (from !== to) {
        // An incident may end while the circuit is open: the next probe closes it.
        const states = from === 'open' && to === 'closed' ? [from, 'half_open', to] : [from, to];
        states.slice(1).forEach((state, index) => {
          const transition = transitionOf(states[index] ?? '', state);
          events.set(transition, (events.get(transition) ?? 0) + 1);
        });
        if (from === 'closed') member.openedAt = second;
        if (to === 'closed') recoverySeconds = second - (member.openedAt ?? second);
      }
      member.condition = condition;
      const index = CONDITIONS.indexOf(condition);
      seconds[index] = (seconds[index] ?? 0) + 1;
    }
    // Traffic is never even.
    const traffic = 0.8 + 0.4 * Math.random();
    member.lines.forEach(({ perSecond, event, recovered, isWhole }, index) => {
      let increase = 0;
      perSecond.forEach((rate, condition) => {
        increase += rate * (seconds[condition] ?? 0) * (isWhole ? traffic : 1);
      });
      if (event) increase += events.get(event) ?? 0;
      if (recovered && recoverySeconds !== undefined) increase += recovered(recoverySeconds);
      member.values[index] = (member.values[index] ?? 0) + increase;
    });
  }
}
