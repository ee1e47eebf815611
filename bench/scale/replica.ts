import { CONDITIONS, type Condition, conditionAt, policyName, STATE_OF } from './behaviour.ts';
import { changeOf, type Line, linesOf } from './series.ts';

interface Policy {
  readonly index: number;
  readonly lines: readonly Line[];
  readonly values: Float64Array;
  condition: Condition;
  /** When its circuit opened first, since it was closed last. */
  openedAt: number | undefined;
}

/** All policies of one replica of a service, as its exporter would show them. */
export class Replica {
  readonly #index: number;
  readonly #policies: Policy[];
  #second: number;

  /** @param second of the clock at which it was started */
  constructor(index: number, policies: number, second: number) {
    this.#index = index;
    this.#second = second;
    this.#policies = Array.from({ length: policies }, (_, policy) => {
      const lines = linesOf(policyName(policy));
      const condition = conditionAt(policy, index, second);
      const values = new Float64Array(lines.length);
      return { index: policy, lines, values, condition, openedAt: undefined };
    });
  }

  /** Lives on until a second of the clock, and tells what became of it until then. */
  page(second: number, timestamp = ''): string {
    const parts: string[] = [];
    for (const policy of this.#policies) {
      this.#live(policy, second);
      policy.lines.forEach(({ head, stands, whole, late }, index) => {
        const value = stands
          ? (stands[CONDITIONS.indexOf(policy.condition)] ?? 0)
          : (policy.values[index] ?? 0);
        if (late && value < 1) return;
        parts.push(
          head,
          String(whole ? Math.floor(value) : Math.round(value * 1e3) / 1e3),
          timestamp,
          '\n',
        );
      });
    }
    this.#second = second;
    return parts.join('');
  }

  #live(policy: Policy, until: number): void {
    const spent = CONDITIONS.map(() => 0);
    const events = new Map<string, number>();
    let recovered: number | undefined;
    for (let second = this.#second; second < until; second++) {
      const condition = conditionAt(policy.index, this.#index, second);
      const [from, to] = [STATE_OF[policy.condition], STATE_OF[condition]];
      if (from !== to) {
        // An incident may end while the circuit is open: the next probe closes it.
        const steps = from === 'open' && to === 'closed' ? [from, 'half_open', to] : [from, to];
        steps.slice(1).forEach((step, index) => {
          const change = changeOf(steps[index] ?? '', step);
          events.set(change, (events.get(change) ?? 0) + 1);
        });
        if (from === 'closed') policy.openedAt = second;
        if (to === 'closed') recovered = second - (policy.openedAt ?? second);
      }
      policy.condition = condition;
      const index = CONDITIONS.indexOf(condition);
      spent[index] = (spent[index] ?? 0) + 1;
    }
    // Traffic is never even.
    const busy = 0.8 + 0.4 * Math.random();
    policy.lines.forEach(({ gains, event, recovered: recovery, whole }, index) => {
      const traffic = whole ? busy : 1;
      let gained = 0;
      gains.forEach((perSecond, condition) => {
        gained += perSecond * (spent[condition] ?? 0) * traffic;
      });
      if (event) gained += events.get(event) ?? 0;
      if (recovery && recovered !== undefined) gained += recovery(recovered);
      policy.values[index] = (policy.values[index] ?? 0) + gained;
    });
  }
}
