import { ATTR_BULKHEAD_RESULT, type BulkheadResult } from '../../semconv/attributes.ts';
import { BULKHEAD_CALLS } from '../../semconv/metrics.ts';
import { is, type Queries } from '../queries.ts';
import type { Panel } from './panel.ts';
import { share } from './share.ts';

export function rejections(queries: Queries): Panel {
  return share(
    queries,
    BULKHEAD_CALLS,
    is<BulkheadResult>(ATTR_BULKHEAD_RESULT, 'rejected'),
    {
      title: 'Calls rejected by bulkheads',
      description:
        'Share of calls turned away because every slot, and every place in the queue, was taken. Above ' +
        'the line the dependency is too slow for its traffic, or the limit too low.',
    },
    queries.limits.bulkheadRejections.ratio,
  );
}
