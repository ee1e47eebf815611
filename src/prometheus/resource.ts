import type * as resourcesApi from '@opentelemetry/resources';
import { isLabel, labelConflict, toLabel } from '../semconv/labels.ts';

/**
 * The resource from `OTEL_SERVICE_NAME` and `OTEL_RESOURCE_ATTRIBUTES`. The exporter writes it as the
 * series `target_info`.
 *
 * @throws TypeError if an attribute is not a valid Prometheus label, or two attributes become the same
 *   label: Prometheus would reject the whole scrape
 */
export function resourceOf(resources: typeof resourcesApi): resourcesApi.Resource {
  const { defaultResource, detectResources, envDetector } = resources;
  const resource = defaultResource().merge(detectResources({ detectors: [envDetector] }));
  const names = Object.keys(resource.attributes);
  const invalid = names.find((name) => !isLabel(toLabel(name)));
  const problem = invalid === undefined ? labelConflict(names) : `\`${invalid}\` is no valid label`;
  if (problem) {
    throw new TypeError(
      `Expected OTEL_RESOURCE_ATTRIBUTES to have names that are different labels in Prometheus: ${problem}`,
    );
  }
  return resource;
}
