import { CircuitState } from 'cockatiel';
import { assertName } from '../instrument-options.ts';
import {
  BREAKER_METADATA,
  type BreakerMetadata,
  isolatedNames,
} from '../metrics/breaker-control.ts';
import type { PresetName } from '../presets/presets.ts';
import { POLICIES } from '../presets/thresholds.ts';
import { ownProperty } from '../shared/own-properties.ts';
import { expected } from '../shared/validate.ts';
import { resolveSettings } from './config/resolve.ts';
import { policyOf } from './create-policy.ts';
import { Isolation } from './isolation.ts';
import { RecentlyUsed, type Use } from './recently-used.ts';
import type { PolicyOverrides, ResilientPolicy } from './types.ts';

export interface PolicyForOptions<F = never> {
  /**
   * Which of the name's policies, such as the base URL of an endpoint: each key has a circuit and
   * slots of its own, while metrics are those of the name.
   * @default the one policy of the name that has no key
   */
  readonly key?: string | undefined;
  /** @default that of the name's first policy, else `default` */
  readonly preset?: PresetName | undefined;
  /** @default those of the name's first policy; a policy that is there already keeps what it has */
  readonly overrides?: PolicyOverrides<F> | undefined;
}

/** The policies of one name. */
class Entry {
  readonly preset: PresetName;
  readonly overrides: PolicyOverrides<never>;
  readonly keyed: RecentlyUsed<ResilientPolicy>;
  unkeyed: ResilientPolicy | undefined;
  readonly isolations = new Set<Isolation>();

  constructor(preset: PresetName, overrides: PolicyOverrides<never>) {
    this.preset = preset;
    this.overrides = overrides;
    this.keyed = new RecentlyUsed({
      max: POLICIES.registry.kept.keys,
      useOf: (policy) => this.#useOf(policy),
      dispose: (policy) => policy.dispose(),
    });
  }

  get policies(): ResilientPolicy[] {
    return [...(this.unkeyed ? [this.unkeyed] : []), ...this.keyed.values()];
  }

  get use(): Use {
    if (this.isolations.size > 0) return 'held';
    const uses = this.policies.map((policy) => this.#useOf(policy));
    return (['held', 'busy'] as const).find((use) => uses.includes(use)) ?? 'idle';
  }

  dispose(): void {
    this.unkeyed?.dispose();
    this.unkeyed = undefined;
    this.keyed.clear();
  }

  /** What would be lost with a policy: its isolation, its open circuit, or its slots in use. */
  #useOf(policy: ResilientPolicy): Use {
    const { circuitBreaker, name } = policy;
    if (circuitBreaker?.state === CircuitState.Isolated) {
      // Where the name is isolated, a new policy is too.
      return this.isolations.size > 0 || isolatedNames.has(name) ? 'idle' : 'held';
    }
    if (circuitBreaker?.state === CircuitState.HalfOpen) return 'busy';
    const known = (circuitBreaker as { [BREAKER_METADATA]?: BreakerMetadata } | undefined)?.[
      BREAKER_METADATA
    ];
    // An open circuit that would let the next call try is no better than a closed one.
    if ((known?.nextProbeAt() ?? 0) > Date.now()) return 'busy';
    const { bulkhead } = policy.settings;
    return bulkhead && policy.bulkhead && policy.bulkhead.executionSlots < bulkhead.limit
      ? 'busy'
      : 'idle';
  }
}

const entries = new RecentlyUsed<Entry>({
  max: POLICIES.registry.kept.names,
  useOf: ({ use }) => use,
  dispose: (entry) => entry.dispose(),
});

/**
 * The policy of a name, and of a key where one is given; made on first use.
 *
 * Of each name the 500 keys that were used last are kept, and of names 1,000. A policy that goes is
 * no longer reported, and its calls in flight go on; the next use makes a new one, with a closed circuit.
 * Policies with an open circuit or a slot in use go after all others, isolated ones never. A name that
 * goes takes its preset and overrides along: give them at each use.
 *
 * @throws TypeError if an argument, or a variable of the environment, is not what it must be, or if
 *   the name has another preset already
 * @example
 * const policy = policyFor('cml', { key: baseUrl, preset: 'apiClient' });
 * await policy.execute(({ signal }) => fetch(`${baseUrl}/labs`, { signal }));
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
  const known = entryWith(name, preset);
  const found = key === undefined ? known?.unkeyed : known?.keyed.get(key);
  if (found) return found as unknown as ResilientPolicy<F>;
  const entry =
    known ?? new Entry(preset ?? 'default', (overrides ?? {}) as PolicyOverrides<never>);
  const made = policyOf(
    name,
    key,
    entry.preset,
    (overrides ?? entry.overrides) as PolicyOverrides<F>,
  );
  const kept = made as unknown as ResilientPolicy;
  for (const isolation of entry.isolations) if (canBeHeld(kept)) isolation.hold(kept);
  if (key === undefined) entry.unkeyed = kept;
  else entry.keyed.add(key, kept);
  if (!known) entries.add(name, entry);
  return made;
}

/**
 * Says what the policies of a name, whose keys are not known yet, will be made with.
 *
 * @throws TypeError as `policyFor` does
 */
export function declare(name: string, { preset, overrides = {} }: PolicyForOptions): void {
  assertName(name);
  const known = entryWith(name, preset);
  const entry = known ?? new Entry(preset ?? 'default', overrides);
  resolveSettings(name, entry.preset, overrides);
  if (!known) entries.add(name, entry);
}

/** The policies that `policyFor` has made and keeps, all or those of a name. */
export function policies(name?: string): ResilientPolicy[] {
  if (name !== undefined) return entries.peek(name)?.policies ?? [];
  return [...entries.values()].flatMap((entry) => entry.policies);
}

/**
 * Closes the circuits of a name, those of all its keys, and makes them forget what they have counted.
 * Circuits that `isolate` holds open stay so.
 *
 * @throws TypeError if no policy has that name
 */
export function reset(name: string): void {
  for (const policy of entryOf(name).policies) policy.reset();
}

/**
 * Holds the circuits of a name open, those of all its keys, also of keys to come, until the handle
 * is disposed of, or the name is forgotten by `dispose`. Keys without a circuit breaker go on.
 *
 * @throws TypeError if no policy has that name
 * @throws Error if none of its policies has a circuit breaker
 */
export function isolate(name: string): { readonly dispose: () => void } {
  const entry = entryOf(name);
  const held = entry.policies.filter(canBeHeld);
  // Without any the first says what is wrong.
  const isolation = new Isolation();
  for (const policy of held.length > 0 ? held : entry.policies) isolation.hold(policy);
  entry.isolations.add(isolation);
  return {
    dispose() {
      entry.isolations.delete(isolation);
      isolation.release();
    },
  };
}

/** What lets everything through by command takes it, too: it has nothing to hold open. */
function canBeHeld({ circuitBreaker, enabled }: ResilientPolicy): boolean {
  return circuitBreaker !== undefined || !enabled;
}

/** What the policies of a name were first made with; `undefined` where there are none. */
export function overridesOf(name: string): object | undefined {
  return entries.peek(name)?.overrides;
}

/** Forgets the policies of a name, or all, with their isolations: the next use makes new ones. */
export function dispose(name?: string): void {
  if (name === undefined) entries.clear();
  else entries.delete(name);
}

function entryWith(name: string, preset: PresetName | undefined): Entry | undefined {
  const entry = entries.get(name);
  if (entry && preset !== undefined && preset !== entry.preset) {
    const what = `\`preset\` of ${JSON.stringify(name)} to be ${entry.preset}, as before`;
    throw expected(what, preset);
  }
  return entry;
}

function entryOf(name: string): Entry {
  const entry = entries.peek(name);
  if (entry) return entry;
  const names = [...entries.keys()].join(', ') || 'there is none';
  throw expected(`\`name\` to be that of a policy that \`policyFor\` has made (${names})`, name);
}
