import { ATTR_TIMEOUT_RESULT } from '../../../src/semconv/attributes.ts';
import { TIMEOUT_CALLS } from '../../../src/semconv/metrics.ts';
import type { Table } from '../scenario.ts';
import { shareScenarios } from './shares.ts';

const rateHigh: Table = {
  alert: 'ResilienceTimeoutRateHigh',
  label: 'policy',
  scenarios: shareScenarios({
    metric: TIMEOUT_CALLS,
    bad: { [ATTR_TIMEOUT_RESULT]: 'timed_out' },
    good: { [ATTR_TIMEOUT_RESULT]: 'completed' },
    ratio: 0.05,
    atLeast: 5,
  }),
};

export const tables = [rateHigh];
