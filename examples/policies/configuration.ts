/** Where the settings of a policy come from, and what an invalid environment reports. */
import { createPolicy, readEnvironment } from 'cockatiel-otel/policies';

process.env['RESILIENCE_TIMEOUT_LLM'] = '45';
const policy = createPolicy('chat', 'llm', { retry: { calls: 2 } });
for (const setting of ['timeout.duration', 'retry.calls', 'bulkhead.limit']) {
  console.log(setting, policy.origins[setting]);
}

try {
  readEnvironment({ RESILIENCE_TIMEOUT_LLM: '5000', RESILIENCE_RETRY_MAX_ATTEMPTS: 'three' });
} catch (error) {
  console.log((error as Error).message);
}
