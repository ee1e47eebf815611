/** One circuit for each endpoint, and one name in the metrics; closed and held open by hand. */
import { isolate, policies, policyFor, reset } from 'cockatiel-otel/policies';

const states = ['closed', 'open', 'half-open', 'isolated'];
const show = (moment: string) => {
  const all = policies('cml').map(
    ({ key, circuitBreaker }) => `${key} is ${states[circuitBreaker?.state ?? 0]}`,
  );
  console.log(`${moment}: ${all.sort().join(', ')}`);
};

const endpoint = (key: string) =>
  policyFor('cml', { key, preset: 'apiClient', overrides: { retry: false } });

async function labs(key: string): Promise<string> {
  return endpoint(key).execute(() => {
    if (key === 'cml-2') throw Object.assign(new Error('refused'), { code: 'ECONNREFUSED' });
    return `the labs of ${key}`;
  });
}

for (let call = 1; call <= 6; call++) {
  await labs('cml-1');
  await labs('cml-2').catch(() => {});
}
show('after six calls each');

reset('cml');
show('after a reset');

const held = isolate('cml');
show('held open');
held.dispose();
show('released');
