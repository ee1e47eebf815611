/** What is in force, and where each value came from; and what a wrong environment says. */
import { configurationReport, reportTable } from 'cockatiel-otel/policies';

const report = configurationReport({
  RESILIENCE_TIMEOUT_LLM: '45',
  RESILIENCE_BULKHEAD_LLM_LIMIT: '4',
  RETRY_MAX_ATTEMPTS: '2',
});
console.log(
  reportTable(report.filter(({ policy, from }) => policy === 'llm' && from !== 'preset')),
);

try {
  configurationReport({ RESILIENCE_TIMEOUT_LLM: '5000', RESILIENCE_RETRY_MAX_ATTEMPTS: 'three' });
} catch (error) {
  console.log((error as Error).message);
}
