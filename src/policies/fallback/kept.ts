import { types } from 'node:util';
import type { FallbackCall } from '../types.ts';
import { currentCall, now } from './call.ts';
import { copierOf } from './copy.ts';
import { keyOf } from './key.ts';
import { Memory } from './memory.ts';
import { type Aged, assertKept, type Kept } from './options.ts';

const MAX_KEYS = 1000;

interface Recalled {
  readonly key: string;
  readonly value: unknown;
  readonly ageSeconds: number;
}

/** What a fallback that answers with old values is made of: a memory for each policy that has it. */
export class KeptValues {
  readonly #options: Kept & Aged;
  readonly #copier;
  readonly #memories = new WeakMap<object, Memory>();
  #warned = false;

  /** @throws TypeError if an option is not what it must be */
  constructor(options: Kept & Aged) {
    assertKept(options);
    this.#options = options;
    this.#copier = copierOf(options.copy);
  }

  /** A hook of the user that fails is no reason for a call to fail: nothing is kept of it. */
  remember(value: unknown, call: FallbackCall): void {
    try {
      const { keep = isGood } = this.#options;
      if (!keep(value)) return;
      const key = this.#key(call);
      if (key === undefined) throw new Error('no key can be told of the arguments of a call');
      this.#memory(call).keep(key.kept, value, currentCall()?.began ?? now());
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

  #key(call: FallbackCall) {
    return keyOf(call, this.#options.key, this.#options.perInstance ?? true);
  }

  #memory({ policy }: FallbackCall): Memory {
    let memory = this.#memories.get(policy);
    if (memory === undefined) {
      const { maxKeys = MAX_KEYS, maxAgeSeconds } = this.#options;
      memory = new Memory(maxKeys, maxAgeSeconds, this.#copier);
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
