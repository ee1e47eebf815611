/** Methods of a class with a policy, by a standard decorator. */
import { fallbackTo, policyFor, resilientMethod } from 'cockatiel-otel/policies';

// If the authorization service is down, every check is denied.
const overrides = { retry: false, fallback: fallbackTo.failClosed() } as const;

class Authorization {
  readonly #tenant: string;

  constructor(tenant: string) {
    this.#tenant = tenant;
  }

  @resilientMethod('openfga', { preset: 'authorization', overrides })
  async allows(user: string, action: string, signal?: AbortSignal): Promise<boolean> {
    // The signal of the policy replaces that of the caller. It also aborts after the timeout.
    signal?.throwIfAborted();
    if (user === 'mallory') throw Object.assign(new Error('refused'), { code: 'ECONNREFUSED' });
    return action === `read ${this.#tenant}`;
  }
}

const authorization = new Authorization('acme');
console.log(`ada may read: ${await authorization.allows('ada', 'read acme')}`);
console.log(`ada may write: ${await authorization.allows('ada', 'write acme')}`);

// All instances share the policy of the name.
for (let call = 1; call <= 10; call++) await authorization.allows('mallory', 'read acme');
const isOpen = policyFor('openfga').circuitBreaker?.state === 1;
console.log(`after ten failures the circuit is ${isOpen ? 'open' : 'closed'}`);

const signal = AbortSignal.timeout(1000);
const isAllowed = await new Authorization('acme').allows('ada', 'read acme', signal);
console.log(`ada may read: ${isAllowed}`);
