import { LRUCache } from 'lru-cache';
import { assertName, expected } from '../options.ts';
import type { PresetName } from '../presets.ts';
import { POLICIES } from '../thresholds.ts';
import { effective } from './effective.ts';
import { policyOf } from './policy.ts';
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
  readonly keyed: LRUCache<string, ResilientPolicy>;
  unkeyed: ResilientPolicy | undefined;
  /** Holds what is made while the name is isolated, too. */
  readonly isolations = new Set<(policy: ResilientPolicy) => void>();

  constructor(preset: PresetName, overrides: PolicyOverrides<never>) {
    this.preset = preset;
    this.overrides = overrides;
    this.keyed = new LRUCache({
      max: POLICIES.registry.kept.keys,
      dispose: (policy) => policy.dispose(),
    });
  }

  get policies(): ResilientPolicy[] {
    return [...(this.unkeyed ? [this.unkeyed] : []), ...this.keyed.values()];
  }

  dispose(): void {
    this.unkeyed?.dispose();
    this.unkeyed = undefined;
    this.keyed.clear();
  }
}

const entries = new LRUCache<string, Entry>({
  max: POLICIES.registry.kept.names,
  dispose: (entry) => entry.dispose(),
});

/**
 * The policy of a name, and of a key where one is given; made on first use.
 *
 * Of each name the 500 keys that were used last are kept, and of names 1,000. A policy that goes is
 * no longer reported, and its calls in flight go on; the next use makes a new one, with a closed circuit.
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
  const { key, preset, overrides } = options;
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
  for (const isolate of entry.isolations) isolate(kept);
  if (key === undefined) entry.unkeyed = kept;
  else entry.keyed.set(key, kept);
  if (!known) entries.set(name, entry);
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
  effective(name, entry.preset, overrides);
  if (!known) entries.set(name, entry);
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
 * is disposed of. Keys without a circuit breaker go on.
 *
 * @throws TypeError if no policy has that name
 * @throws Error if none of its policies has a circuit breaker
 */
export function isolate(name: string): { readonly dispose: () => void } {
  const entry = entryOf(name);
  const held = entry.policies.filter(canBeHeld);
  // Without any the first says what is wrong.
  const handles = (held.length > 0 ? held : entry.policies).map((policy) => policy.isolate());
  const later = (policy: ResilientPolicy) => {
    if (canBeHeld(policy)) handles.push(policy.isolate());
  };
  entry.isolations.add(later);
  return {
    dispose() {
      entry.isolations.delete(later);
      for (const handle of handles.splice(0)) handle.dispose();
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

/** Forgets the policies of a name, or all: the next use makes new ones. */
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
