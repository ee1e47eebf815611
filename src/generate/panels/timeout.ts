import { ATTR_TIMEOUT_RESULT, type TimeoutResult } from '../../semconv/attributes.ts';
import { TIMEOUT_CALLS } from '../../semconv/metrics.ts';
import { is, type Queries } from '../queries.ts';
import type { Panel } from './panel.ts';
import { share } from './share.ts';

export function timedOut(queries: Queries): Panel {
  return share(
    queries,
    TIMEOUT_CALLS,
    is<TimeoutResult>(ATTR_TIMEOUT_RESULT, 'timed_out'),
    {
      title: 'Calls timed out',
      description:
        'Share of the calls under a timeout that it ended. Each retry is a call of its own. The line is ' +
        'the documented limit.',
    },
    queries.limits.timeouts.ratio,
  );
}
