/** Old values while a dependency is down, with their age. */
import { setTimeout as sleep } from 'node:timers/promises';
import { fallbackTo, resilient } from 'cockatiel-otel/policies';

interface Rates {
  readonly EUR: number;
  /** Milliseconds. */
  readonly age?: number;
}

let isDown = false;

const getRates = resilient(
  'rates',
  async (currency: string): Promise<Rates> => {
    if (isDown) throw Object.assign(new Error('status 503'), { status: 503 });
    return { EUR: currency === 'USD' ? 0.9 : 1 };
  },
  {
    overrides: {
      retry: false,
      fallback: fallbackTo.stale({
        key: (currency: string) => currency,
        maxAge: 300_000,
        onStale: ({ key }) => console.log(`an old value is used for ${key}`),
        answer: (value: Rates, { age }): Rates => ({ ...value, age }),
      }),
    },
  },
);

console.log(await getRates('USD'));
isDown = true;
await sleep(20);

const rates = await getRates('USD');
console.log(`EUR ${rates.EUR}, ${(rates.age ?? 0) < 1000 ? 'less than a second' : 'long'} old`);

// There is no stored value for this currency, and the value of another is not used.
await getRates('GBP').catch((error: Error) => console.log(`GBP: ${error.message}`));
