/** A circuit for each endpoint, and one name in the metrics. */
import { policyFor, policyRegistry } from 'cockatiel-otel/policies';

const STATES = ['closed', 'open', 'half-open', 'isolated'];
const printStates = (moment: string) => {
  const states = policyRegistry
    .list('inventory')
    .map(({ key, circuitBreaker }) => `${key} is ${STATES[circuitBreaker?.state ?? 0]}`);
  console.log(`${moment}: ${states.sort().join(', ')}`);
};

const policyOf = (endpoint: string) =>
  policyFor('inventory', { key: endpoint, preset: 'apiClient', overrides: { retry: false } });

async function getItems(endpoint: string): Promise<string> {
  return policyOf(endpoint).execute(() => {
    if (endpoint === 'us') throw Object.assign(new Error('refused'), { code: 'ECONNREFUSED' });
    return `the items of ${endpoint}`;
  });
}

for (let call = 1; call <= 6; call++) {
  await getItems('eu');
  await getItems('us').catch(() => {});
}
printStates('after six calls each');

policyRegistry.reset('inventory');
printStates('after a reset');

const isolation = policyRegistry.isolate('inventory');
printStates('isolated');
isolation.dispose();
printStates('released');
