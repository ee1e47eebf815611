/** Old data while a system is down, and a caller who is told how old it is. */
import { setTimeout as sleep } from 'node:timers/promises';
import { fallbackTo, resilient } from 'cockatiel-otel/policies';

interface Rates {
  readonly EUR: number;
  readonly ageSeconds?: number;
}

let down = false;

const rates = resilient(
  'rates',
  async (currency: string): Promise<Rates> => {
    if (down) throw Object.assign(new Error('status 503'), { status: 503 });
    return { EUR: currency === 'USD' ? 0.9 : 1 };
  },
  {
    overrides: {
      retry: false,
      fallback: fallbackTo.stale({
        key: (currency: string) => currency,
        maxAgeSeconds: 300,
        onStale: ({ key }) => console.log(`an old value answers for ${key}`),
        answer: (value: Rates, { ageSeconds }): Rates => ({ ...value, ageSeconds }),
      }),
    },
  },
);

console.log(await rates('USD'));
down = true;
await sleep(20);

const old = await rates('USD');
console.log(`EUR ${old.EUR}, ${(old.ageSeconds ?? 0) < 1 ? 'less than a second' : 'long'} old`);

// Of this currency nothing was kept, and no other's value answers for it.
await rates('GBP').catch((error: Error) => console.log(`GBP: ${error.message}`));
