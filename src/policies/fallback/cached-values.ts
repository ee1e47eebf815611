import { types } from 'node:util';
import { ownProperties } from '../../shared/own-properties.ts';
import { currentExecution, currentInvocation } from '../call-context.ts';
import type { FallbackCall } from '../types.ts';
import { type Key, keyOf } from './call-key.ts';
import { copierOf } from './copy-mode.ts';
import { MemoryStore } from './memory-store.ts';
import { now } from './moment.ts';
import { type Aged, assertKept, type Kept } from './options.ts';

const MAX_KEYS = 1000;

interface Recalled {
  readonly key: string;
  readonly value: unknown;
  readonly ageSeconds: number;
}

/** What a fallback that answers with old values is made of: a memory for each policy that has it. */
export class CachedValues {
  readonly #options: Kept & Aged;
  readonly #copier;
  readonly #memories = new WeakMap<object, MemoryStore>();
  /** By execution; made when it begins, as its function may change the arguments. */
  readonly #keys = new WeakMap<object, Key | undefined>();
  #warned = false;

  /** @throws TypeError if an option is not what it must be */
  constructor(options: Kept & Aged) {
    this.#options = ownProperties(options);
    assertKept(this.#options);
    this.#copier = copierOf(this.#options.copy);
  }

  begin(call: FallbackCall): void {
    const execution = currentExecution();
    if (execution) this.#keys.set(execution, this.#makeKey(call));
  }

  /** A hook of the user that fails is no reason for a call to fail: nothing is kept of it. */
  remember(value: unknown, call: FallbackCall): void {
    try {
      const { keep = isGood } = this.#options;
      if (!keep(value)) return;
      const key = this.#key(call);
      if (key === undefined) return;
      this.#memory(call).keep(key.kept, value, currentInvocation()?.attemptedAt ?? now());
    } catch (fault) {
      this.#warn(call, fault);
    }
  }

  recall(call: FallbackCall): Recalled | undefined {
    try {
      const key = this.#key(call);
      const recalled = key && this.#memory(call).recall(key.kept);
      return recalled && { ...recalled, key: key.shown };
    } catch (fault) {
      this.#warn(call, fault);
      return undefined;
    }
  }

  /** A fallback that is executed without its stack has no execution that has begun. */
  #key(call: FallbackCall): Key | undefined {
    const execution = currentExecution();
    return execution && this.#keys.has(execution) ? this.#keys.get(execution) : this.#makeKey(call);
  }

  #makeKey(call: FallbackCall): Key | undefined {
    try {
      return keyOf(call, this.#options.key, this.#options.perInstance ?? true);
    } catch (fault) {
      this.#warn(call, fault);
      return undefined;
    }
  }

  #memory({ policy }: FallbackCall): MemoryStore {
    let memory = this.#memories.get(policy);
    if (memory === undefined) {
      const { maxKeys = MAX_KEYS, maxAgeSeconds } = this.#options;
      memory = new MemoryStore(maxKeys, maxAgeSeconds, this.#copier);
      this.#memories.set(policy, memory);
    }
    return memory;
  }

  /** Once, as it is so at every call. */
  #warn({ name }: FallbackCall, fault: unknown): void {
    if (this.#warned) return;
    this.#warned = true;
    const why = fault instanceof Error ? fault.message : 'a hook threw what is no error';
    process.emitWarning(
      `The fallback of the policy ${JSON.stringify(name)} keeps nothing of a call: ${why}`,
      'CockatielOtelWarning',
    );
  }
}

/** An error that was returned, or a response of 404, is no answer for later, whatever the stack acts on. */
function isGood(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return true;
  if (value instanceof Error || types.isNativeError(value)) return false;
  return !('ok' in value) || value.ok !== false;
}
