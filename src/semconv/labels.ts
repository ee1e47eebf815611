import { ATTR_ERROR_TYPE, NAMESPACE } from './attributes.ts';

/** The Prometheus label of an attribute. */
export function toLabel(attribute: string): string {
  return attribute.replaceAll(/\W+/g, '_').replaceAll(/_{2,}/g, '_');
}

/** Whether a sanitized name is a valid Prometheus label. */
export function isLabel(label: string): boolean {
  return /^[a-zA-Z_]/.test(label) && label !== '_';
}

const OWN = toLabel(NAMESPACE);
const OWN_ERROR_TYPE = toLabel(ATTR_ERROR_TYPE);

/**
 * Why the name of an attribute is not allowed; `undefined` if it is. Prometheus rejects a whole scrape
 * because of one invalid label.
 */
export function labelProblem(attribute: string): string | undefined {
  const label = toLabel(attribute);
  if (!isLabel(label)) {
    return `\`${label}\` is no valid Prometheus label, which begins with a letter of a-z`;
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

/** Two attributes that become the same label, as a text; `undefined` if all labels differ. */
export function labelConflict(attributes: readonly string[]): string | undefined {
  const attributeOf = new Map<string, string>();
  for (const attribute of attributes) {
    const label = toLabel(attribute);
    const first = attributeOf.get(label);
    if (first !== undefined) return `\`${first}\` and \`${attribute}\` are both \`${label}\``;
    attributeOf.set(label, attribute);
  }
  return undefined;
}
