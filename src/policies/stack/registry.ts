import { CircuitState } from 'cockatiel';
import { assertName } from '../../instrument-options.ts';
import {
  BREAKER_METADATA,
  type BreakerMetadata,
  isolatedNames,
} from '../../metrics/breaker-control.ts';
import type { PresetName } from '../../presets/presets.ts';
import { POLICIES } from '../../presets/thresholds.ts';
import { expected, ownProperty } from '../../shared/validate.ts';
import { resolveSettings } from '../config/resolve.ts';
import type { PolicyOverrides, ResilientPolicy } from '../members/types.ts';
import { createKeyedPolicy } from './create-policy.ts';
import { Isolation } from './isolation.ts';
import { RecentlyUsed, type Use } from './recently-used.ts';

/**
 * Options of `policyFor`.
 *
 * @example
 * const options: PolicyForOptions = { key: 'https://eu.example.com', preset: 'apiClient' };
 */
export interface PolicyForOptions<F = never> {
  /**
   * Distinguishes policies of one name, such as the base URL of an endpoint. Each key has its own
   * circuit and bulkhead slots; the metrics are those of the name.
   * @default no key
   */
  readonly key?: string | undefined;
  /**
   * The preset of the default settings.
   * @default the preset of the first policy of the name, or else `default`
   */
  readonly preset?: PresetName | undefined;
  /**
   * Settings that replace those of the preset.
   * @default the overrides of the first policy of the name; an existing policy keeps its settings
   */
  readonly overrides?: PolicyOverrides<F> | undefined;
}

/** The policies of one name. */
class NamedPolicies {
  readonly preset: PresetName;
  readonly overrides: PolicyOverrides<never>;
  readonly keyed: RecentlyUsed<ResilientPolicy>;
  unkeyed: ResilientPolicy | undefined;
  readonly isolations = new Set<Isolation>();

  constructor(preset: PresetName, overrides: PolicyOverrides<never>) {
    this.preset = preset;
    this.overrides = overrides;
    this.keyed = new RecentlyUsed({
      max: POLICIES.registry.limits.keys,
      useOf: (policy) => this.#useOf(policy),
      dispose: (policy) => policy.dispose(),
    });
  }

  get policies(): ResilientPolicy[] {
    return [...(this.unkeyed ? [this.unkeyed] : []), ...this.keyed.values()];
  }

  get use(): Use {
    if (this.isolations.size > 0) return 'isolated';
    const uses = this.policies.map((policy) => this.#useOf(policy));
    return (['isolated', 'busy'] as const).find((use) => uses.includes(use)) ?? 'idle';
  }

  dispose(): void {
    this.unkeyed?.dispose();
    this.unkeyed = undefined;
    this.keyed.clear();
  }

  /** What an eviction would lose: an isolation, an open circuit, or occupied bulkhead slots. */
  #useOf(policy: ResilientPolicy): Use {
    const { circuitBreaker, name } = policy;
    if (circuitBreaker?.state === CircuitState.Isolated) {
      // If the name is isolated, a new policy is isolated too.
      return this.isolations.size > 0 || isolatedNames.has(name) ? 'idle' : 'isolated';
    }
    if (circuitBreaker?.state === CircuitState.HalfOpen) return 'busy';
    const { [BREAKER_METADATA]: metadata } = (circuitBreaker ?? {}) as {
      [BREAKER_METADATA]?: BreakerMetadata;
    };
    // An open circuit that allows a probe is worth no more than a closed one.
    if ((metadata?.nextProbeAt() ?? 0) > Date.now()) return 'busy';
    const { bulkhead } = policy.settings;
    return bulkhead && policy.bulkhead && policy.bulkhead.executionSlots < bulkhead.limit
      ? 'busy'
      : 'idle';
  }
}

const names = new RecentlyUsed<NamedPolicies>({
  max: POLICIES.registry.limits.names,
  useOf: ({ use }) => use,
  dispose: (named) => named.dispose(),
});

/**
 * Returns the policy of a name, and of a key if there is one. Creates it on first use.
 *
 * The registry keeps the 500 most recently used keys of each name, and 1,000 names. An evicted policy
 * has no metrics any more and its calls in flight continue; the next use creates a new policy with a
 * closed circuit. Policies with an open circuit or occupied slots are evicted last, isolated ones
 * never. An evicted name loses its preset and overrides, so pass them at each use.
 *
 * @throws TypeError if an argument or an environment variable is invalid, or if the name has another preset
 * @example
 * const policy = policyFor('inventory', { key: baseUrl, preset: 'apiClient' });
 * await policy.execute(({ signal }) => fetch(`${baseUrl}/items`, { signal }));
 */
export function policyFor<F = never>(
  name: string,
  options: PolicyForOptions<F> = {},
): ResilientPolicy<F> {
  const key = ownProperty(options, 'key');
  const preset = ownProperty(options, 'preset');
  const overrides = ownProperty(options, 'overrides');
  assertName(name);
  if (key !== undefined && typeof key !== 'string') throw expected('`key` to be a string', key);
  const existing = findNamed(name, preset);
  const found = key === undefined ? existing?.unkeyed : existing?.keyed.get(key);
  if (found) return found as unknown as ResilientPolicy<F>;
  const named =
    existing ?? new NamedPolicies(preset ?? 'default', (overrides ?? {}) as PolicyOverrides<never>);
  const created = createKeyedPolicy(
    name,
    key,
    named.preset,
    (overrides ?? named.overrides) as PolicyOverrides<F>,
  );
  const policy = created as unknown as ResilientPolicy;
  for (const isolation of named.isolations) if (canBeIsolated(policy)) isolation.add(policy);
  if (key === undefined) named.unkeyed = policy;
  else named.keyed.add(key, policy);
  if (!existing) names.add(name, named);
  return created;
}

/**
 * Sets preset and overrides of a name whose keys are not known yet.
 *
 * @throws TypeError as `policyFor` does
 */
export function declareName(name: string, { preset, overrides = {} }: PolicyForOptions): void {
  assertName(name);
  const existing = findNamed(name, preset);
  const named = existing ?? new NamedPolicies(preset ?? 'default', overrides);
  resolveSettings(name, named.preset, overrides);
  if (!existing) names.add(name, named);
}

/** The overrides of the first policy of a name; `undefined` if the name has no policy. */
export function overridesOf(name: string): object | undefined {
  return names.peek(name)?.overrides;
}

/**
 * The policies that `policyFor` has created, those of `resilient` included.
 *
 * @example
 * policyRegistry.list('inventory').map(({ key }) => key);
 */
export const policyRegistry = {
  /**
   * Lists all policies, or those of a name.
   *
   * @example
   * const open = policyRegistry.list().filter(({ circuitBreaker }) => circuitBreaker?.state === CircuitState.Open);
   */
  list(name?: string): ResilientPolicy[] {
    if (name !== undefined) return names.peek(name)?.policies ?? [];
    return names.values().flatMap(({ policies }) => policies);
  },

  /**
   * Closes the circuits of a name, those of all its keys, and clears their counts. Isolated circuits
   * stay isolated.
   *
   * @throws TypeError if the name has no policy
   * @example
   * policyRegistry.reset('inventory');
   */
  reset(name: string): void {
    for (const policy of requireNamed(name).policies) policy.reset();
  },

  /**
   * Isolates the circuits of a name, those of all present and future keys, until the handle is
   * disposed or `policyRegistry.dispose` removes the name. Policies without circuit breaker still run.
   *
   * @throws TypeError if the name has no policy
   * @throws Error if none of its policies has a circuit breaker
   * @example
   * const isolation = policyRegistry.isolate('inventory');
   * isolation.dispose();
   */
  isolate(name: string): { readonly dispose: () => void } {
    const named = requireNamed(name);
    const isolated = named.policies.filter(canBeIsolated);
    const isolation = new Isolation();
    // If no policy can be isolated, the first one throws the error.
    for (const policy of isolated.length > 0 ? isolated : named.policies) isolation.add(policy);
    named.isolations.add(isolation);
    return {
      dispose() {
        named.isolations.delete(isolation);
        isolation.release();
      },
    };
  },

  /**
   * Removes all policies, or those of a name, together with their isolations and metrics. The next use
   * of a name creates a new policy.
   *
   * @example
   * afterEach(() => policyRegistry.dispose());
   */
  dispose(name?: string): void {
    if (name === undefined) names.clear();
    else names.delete(name);
  },
} as const;

/** A pass-through has no circuit, but isolating it is no error. */
function canBeIsolated({ circuitBreaker, enabled }: ResilientPolicy): boolean {
  return circuitBreaker !== undefined || !enabled;
}

function findNamed(name: string, preset: PresetName | undefined): NamedPolicies | undefined {
  const named = names.get(name);
  if (named && preset !== undefined && preset !== named.preset) {
    const expectation = `\`preset\` of ${JSON.stringify(name)} to be ${named.preset}, as before`;
    throw expected(expectation, preset);
  }
  return named;
}

function requireNamed(name: string): NamedPolicies {
  const named = names.peek(name);
  if (named) return named;
  const known = names.keys().join(', ') || 'there is none';
  throw expected(`\`name\` to be that of a policy that \`policyFor\` has created (${known})`, name);
}
