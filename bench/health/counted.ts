import { ATTR_OUTCOME } from '../../src/semconv/attributes.ts';
import { EXECUTIONS } from '../../src/semconv/metrics.ts';
import { labelName, metricName } from '../../src/semconv/prometheus.ts';

/** The calls that succeeded, as a scrape of the endpoint has them. */
export async function countedBy(url: string): Promise<number> {
  const name = metricName(EXECUTIONS, 'prometheus-exporter');
  const success = `${labelName(ATTR_OUTCOME, 'prometheus-exporter')}="success"`;
  const text = await (await fetch(url)).text();
  return text
    .split('\n')
    .filter((line) => line.startsWith(`${name}{`) && line.includes(success))
    .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf('} ') + 2).split(' ')[0]), 0);
}
