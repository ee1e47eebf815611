/** A result from three systems, one of which is down and one too slow. */
import { setTimeout as sleep } from 'node:timers/promises';
import { gather, policyFor } from 'cockatiel-otel/policies';

// The part `workday` goes through the policy of the same name.
policyFor('workday', { preset: 'enterprise', overrides: { retry: { initialDelay: 20 } } });

let calls = 0;
const profile = await gather(
  {
    workday: async () => {
      if (++calls === 1) throw Object.assign(new Error('status 503'), { status: 503 });
      return { name: 'Ada Lovelace' };
    },
    ad: async () => {
      throw new Error('connection refused');
    },
    entra: async ({ signal }) => {
      await sleep(10_000, undefined, { signal });
      return ['admins'];
    },
  },
  { name: 'employee-profile', timeout: 500, minimum: ['workday'] },
);

console.log(`${profile.status}: ${profile.available.join(', ')}, in ${calls} calls`);
if (profile.status !== 'failed') console.log(`the name is ${profile.results.workday.name}`);
for (const [part, { outcome }] of Object.entries(profile.failed)) {
  console.log(`${part}: ${outcome}`);
}
