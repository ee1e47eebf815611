/** An answer from three systems, one of which is down and one too slow: what there is, and why not all. */
import { setTimeout as sleep } from 'node:timers/promises';
import { gather, policyFor } from 'cockatiel-otel/policies';

// Workday has a policy of its own; its part goes through it, as it has its name.
policyFor('workday', { preset: 'enterprise', overrides: { retry: { firstWaitSeconds: 0.02 } } });

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
for (const [part, reason] of Object.entries(profile.failed)) {
  console.log(`${part}: ${reason.outcome}`);
}
