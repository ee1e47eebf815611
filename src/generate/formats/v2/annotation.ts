import type { AnnotationQuery } from '@grafana/grafana-foundation-sdk/dashboard';
import type { AnnotationQueryKind } from '@grafana/grafana-foundation-sdk/dashboardv2';
import { dataQuery } from './query.ts';

export function annotation(classic: AnnotationQuery): AnnotationQueryKind {
  const {
    name,
    enable,
    hide = false,
    iconColor,
    filter,
    builtIn,
    datasource,
    target = {},
  } = classic;
  // What the new schema has no place for; `expr` and `step` are of the query of Prometheus.
  const { expr, step, titleFormat, textFormat, tagKeys, useValueForTime } = classic;
  const { datasource: _, ...asked } = target as { readonly datasource?: unknown };
  const spec = { ...asked, ...defined({ expr, step }) };
  return {
    kind: 'AnnotationQuery',
    spec: {
      name,
      enable,
      hide,
      iconColor,
      ...(filter ? { filter } : {}),
      ...(builtIn ? { builtIn: true } : {}),
      query: dataQuery(datasource, spec),
      legacyOptions: defined({ titleFormat, textFormat, tagKeys, useValueForTime }),
    },
  };
}

function defined(options: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}
