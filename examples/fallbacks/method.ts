/** Methods of a class, each protected by a line; compiled with the standard decorators. */
import { fallbackTo, policyFor, resilient } from 'cockatiel-otel/policies';

// Nobody may do anything while nobody can be asked what he may.
const overrides = { retry: false, fallback: fallbackTo.failClosed() } as const;

class Authorization {
  readonly #tenant: string;

  constructor(tenant: string) {
    this.#tenant = tenant;
  }

  @resilient('openfga', { preset: 'authorization', overrides })
  async allows(user: string, action: string, signal?: AbortSignal): Promise<boolean> {
    // The policy's signal in the place of the caller's: it ends with the timeout, too.
    signal?.throwIfAborted();
    if (user === 'mallory') throw Object.assign(new Error('refused'), { code: 'ECONNREFUSED' });
    return action === `read ${this.#tenant}`;
  }
}

const authorization = new Authorization('acme');
console.log(`ada may read: ${await authorization.allows('ada', 'read acme')}`);
console.log(`ada may write: ${await authorization.allows('ada', 'write acme')}`);

// All instances share the policy of that name.
for (let call = 1; call <= 10; call++) await authorization.allows('mallory', 'read acme');
const open = policyFor('openfga').circuitBreaker?.state === 1;
console.log(`after ten failures the circuit is ${open ? 'open' : 'closed'}`);

const caller = AbortSignal.timeout(1000);
const answer = await new Authorization('acme').allows('ada', 'read acme', caller);
console.log(`ada may read: ${answer}`);
