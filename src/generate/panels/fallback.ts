import { ATTR_FALLBACK_RESULT, type FallbackResult } from '../../semconv/attributes.ts';
import { FALLBACK_CALLS } from '../../semconv/metrics.ts';
import { is, type Queries } from '../queries.ts';
import type { Panel } from './panel.ts';
import { share } from './share.ts';

export function used(queries: Queries): Panel {
  return share(
    queries,
    FALLBACK_CALLS,
    is<FallbackResult>(ATTR_FALLBACK_RESULT, 'used'),
    {
      title: 'Answers by a fallback',
      description:
        'Share of calls that a fallback answered: callers are served, but not with the real thing. The ' +
        'line is the documented limit.',
    },
    queries.limits.fallbacks.ratio,
  );
}
