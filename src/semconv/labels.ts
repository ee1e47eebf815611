import { ATTR_ERROR_TYPE, NAMESPACE } from './attributes.ts';

/** The label that exporters to Prometheus make of an attribute. */
export function toLabel(attribute: string): string {
  return attribute.replaceAll(/\W+/g, '_').replaceAll(/_{2,}/g, '_');
}

/** Whether Prometheus takes a name, sanitised, for a label. */
export function isLabel(label: string): boolean {
  return /^[a-zA-Z_]/.test(label) && label !== '_';
}

const OWN = toLabel(NAMESPACE);
const OWN_ERROR_TYPE = toLabel(ATTR_ERROR_TYPE);

/**
 * Why an attribute of that name does harm in Prometheus, which refuses a whole scrape for one wrong
 * label; `undefined` if it does none.
 */
export function labelProblem(attribute: string): string | undefined {
  const label = toLabel(attribute);
  if (!isLabel(label)) {
    return `\`${label}\` is no label of Prometheus, which begins with a letter of a-z`;
  }
  if (attribute.startsWith('__')) return 'Prometheus reserves names that begin with `__`';
  if (label === 'le' || label === 'quantile') {
    return `Prometheus reserves \`${label}\` for histograms and summaries`;
  }
  if (label === 'job' || label === 'instance') return `Prometheus sets \`${label}\` itself`;
  if (label.startsWith('otel_')) return '`otel.*` is reserved for OpenTelemetry';
  if (label.startsWith(OWN) || label === OWN_ERROR_TYPE) {
    return `\`${NAMESPACE}*\` and \`${ATTR_ERROR_TYPE}\` are set by the instrumentation`;
  }
  return undefined;
}

/** Why attributes cannot be the labels of one series together; `undefined` if they can. */
export function sameLabel(attributes: readonly string[]): string | undefined {
  const seen = new Map<string, string>();
  for (const attribute of attributes) {
    const label = toLabel(attribute);
    const first = seen.get(label);
    if (first !== undefined) return `\`${first}\` and \`${attribute}\` are both \`${label}\``;
    seen.set(label, attribute);
  }
  return undefined;
}
