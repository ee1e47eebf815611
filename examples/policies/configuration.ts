/** What is in force, and where each value came from; and what a wrong environment says. */
import { configurationReport, reportTable } from 'cockatiel-otel/policies';

const report = configurationReport({
  TIMEOUT_LLM: '45',
  BULKHEAD_LLM_LIMIT: '4',
  RETRY_MAX_ATTEMPTS: '2',
});
console.log(
  reportTable(report.filter(({ policy, from }) => policy === 'llm' && from !== 'preset')),
);

try {
  configurationReport({ TIMEOUT_LLM: '0', RETRY_MAX_ATTEMPTS: 'three' });
} catch (error) {
  console.log((error as Error).message);
}
