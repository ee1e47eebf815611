import { handleWhen, type Policy } from 'cockatiel';
import { RETRY_BUDGET } from '../../metrics/retry.ts';
import { POLICIES } from '../../presets/thresholds.ts';
import { expected, ownProperties, readProperty } from '../../shared/validate.ts';

const DEFAULTS = POLICIES.retry.budget;

/** Parts of `ttl` in which deposits and withdrawals expire together. */
const SLICES = 10;

/**
 * Options of a retry budget.
 *
 * @example
 * const retry = { budget: { ratio: 0.1, perSecond: 5 } satisfies RetryBudgetOptions };
 */
export interface RetryBudgetOptions {
  /**
   * Retries that each call adds to the budget.
   * @default 0.2
   */
  readonly ratio?: number | undefined;
  /**
   * Retries per second that are allowed in addition, so that a service with few calls can retry.
   * @default 10
   */
  readonly perSecond?: number | undefined;
  /**
   * Milliseconds until an unused deposit expires, and until a retry no longer counts.
   * @default 10_000
   */
  readonly ttl?: number | undefined;
}

/**
 * Limits the retries of all calls to one dependency together, so that they do not multiply its load when
 * it is down: to `ratio` of the calls, plus `perSecond`. A call that gets no retry from the budget ends
 * with its failure.
 *
 * Policies of `createPolicy` have one per name, until all of them are disposed of. Pass an instance as
 * `retry.budget` to share it between names, or wrap the filters of cockatiel's own `retry` with it.
 *
 * The rule is that of Finagle: https://twitter.github.io/finagle/guide/Clients.html#retries
 *
 * @example
 * const budget = new RetryBudget({ ratio: 0.1 });
 * const policy = instrument('servicenow', retry(budget.wrap(handleAll), { maxAttempts: 3 }));
 */
export class RetryBudget {
  #ratio = 0;
  #reserve = 0;
  #sliceMs = 1;
  /** Deposits minus withdrawals of each slice; the oldest expires when a new one begins. */
  readonly #slices = new Array<number>(SLICES + 1).fill(0);
  #slice = 0;
  #hasDenied = false;

  /** @throws TypeError if an option is invalid */
  constructor(options: RetryBudgetOptions = {}) {
    this.configure(options);
  }

  /**
   * Replaces the options. A new `ttl` starts the balance again; otherwise it is kept.
   *
   * @throws TypeError if an option is invalid
   */
  configure(options: RetryBudgetOptions): void {
    const problem = findBudgetProblem(options);
    if (problem) throw expected(`\`budget\` ${problem}`, options);
    const { ratio, perSecond, ttl } = { ...defaultOptions(), ...definedOptions(options) };
    this.#ratio = ratio;
    this.#reserve = (perSecond * ttl) / 1000;
    this.#sliceMs = ttl / SLICES;
  }

  /** Retries that are allowed now. */
  get balance(): number {
    this.#expire();
    return this.#reserve + this.#slices.reduce((sum, amount) => sum + amount, 0);
  }

  /**
   * Returns filters for `retry` that handle a failure only if `policy` handles it and the budget allows
   * a retry. cockatiel asks the filters after each attempt, also the last one, which thus uses a retry
   * of the budget too.
   */
  wrap(policy: Policy): Policy {
    const { errorFilter, resultFilter } = policy.options;
    const handlesError = (error: unknown) => this.#settled(errorFilter(error as Error));
    Object.defineProperty(handlesError, RETRY_BUDGET, { value: this });
    return handleWhen(handlesError).orWhenResult((value) => this.#settled(resultFilter(value)));
  }

  /** Whether the last filter call denied a retry. */
  get hasDenied(): boolean {
    return this.#hasDenied;
  }

  /** @returns whether the attempt may be followed by a retry */
  #settled(isHandled: boolean): boolean {
    const isAllowed = isHandled && this.balance + this.#ratio >= 1;
    this.#hasDenied = isHandled && !isAllowed;
    // Each attempt is a deposit. An allowed retry also takes back the deposit of the attempt to come.
    this.#add(isAllowed ? -1 : this.#ratio);
    return isAllowed;
  }

  #add(amount: number): void {
    this.#expire();
    const index = this.#slice % this.#slices.length;
    this.#slices[index] = (this.#slices[index] as number) + amount;
  }

  #expire(): void {
    const slice = Math.floor(performance.now() / this.#sliceMs);
    const { length } = this.#slices;
    const passed = slice - this.#slice;
    // A clock that was set back, as by fake timers, starts the balance again.
    if (passed < 0 || passed >= length) this.#slices.fill(0);
    else for (let i = 0; i < passed; i++) this.#slices[(slice - i) % length] = 0;
    this.#slice = slice;
  }
}

/** @returns what was expected; `undefined` if the options are valid */
export function findBudgetProblem(options: unknown): string | undefined {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    return 'to be `false`, a RetryBudget, or an object with ratio, perSecond and ttl';
  }
  if (isRetryBudget(options)) return undefined;
  const { ratio, perSecond, ttl, ...unknown } = ownProperties(options) as Record<string, unknown>;
  const [name] = Object.keys(unknown);
  if (name !== undefined) return `to have only ratio, perSecond and ttl, got \`${name}\``;
  if (!isNumber(ratio, 0, 1)) return '`ratio` to be a number from 0 to 1';
  if (!isNumber(perSecond, 0, 1e6)) return '`perSecond` to be a number from 0 to 1,000,000';
  if (!isNumber(ttl, 100, 600_000)) return '`ttl` to be milliseconds from 100 to 600,000';
  return undefined;
}

/** Any copy of this package may have created it. */
export function isRetryBudget(value: unknown): value is RetryBudget {
  const isObject = typeof value === 'object' && value !== null;
  return isObject && typeof readProperty(value, 'wrap') === 'function';
}

function isNumber(value: unknown, least: number, most: number): boolean {
  return value === undefined || (typeof value === 'number' && value >= least && value <= most);
}

export function defaultOptions(): Required<Record<keyof RetryBudgetOptions, number>> {
  const { ratio, perSecond, ttlSeconds } = DEFAULTS;
  return { ratio, perSecond, ttl: ttlSeconds * 1000 };
}

function definedOptions(options: RetryBudgetOptions): Record<string, number> {
  return Object.fromEntries(
    Object.entries(options).filter((entry): entry is [string, number] => entry[1] !== undefined),
  );
}

interface SharedBudget {
  readonly budget: RetryBudget;
  users: number;
}

const budgets = new Map<string, SharedBudget>();

/**
 * Returns the budget that all policies of a name share; the options of the policy created last apply.
 *
 * @returns the budget, and a function that ends its use by this policy. Without users, it is forgotten.
 */
export function shareBudget(
  name: string,
  options: RetryBudgetOptions | RetryBudget,
): readonly [budget: RetryBudget, release: () => void] {
  if (isRetryBudget(options)) return [options, () => {}];
  const shared = budgets.get(name) ?? { budget: new RetryBudget(), users: 0 };
  shared.budget.configure(options);
  shared.users++;
  budgets.set(name, shared);
  let isReleased = false;
  const release = () => {
    if (isReleased) return;
    isReleased = true;
    shared.users--;
    if (shared.users === 0) budgets.delete(name);
  };
  return [shared.budget, release];
}
