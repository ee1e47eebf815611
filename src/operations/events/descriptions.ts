import type { StateChange } from '../../metrics/state-changes.ts';
import type { CircuitBreakerState } from '../../semconv/attributes.ts';
import { sanitizeLine } from '../../shared/sanitize.ts';
import type { FeedEvent } from './feed-event.ts';
import type { OperationAction, OperationEvent } from './operation-events.ts';

/** A description of an event, without its subject. */
export interface Description {
  readonly text: string;
  readonly tone: FeedEvent['tone'];
  readonly level: 'info' | 'warn';
}

/** The subject of a log line. A name may be any text, so it is reduced to one line. */
export function subjectOf(kind: string, name: string, key?: string): string {
  const suffix = key === undefined || key === name ? '' : ` (${sanitizeLine(key)})`;
  return `${kind} ${sanitizeLine(name)}${suffix}`;
}

export function describeStateChange({
  previous,
  state,
  lastErrorType,
  recoverySeconds,
}: StateChange): Description {
  const lastError =
    lastErrorType === undefined ? '' : `, last error: ${sanitizeLine(lastErrorType)}`;
  switch (state) {
    case 'open':
      return previous === 'half_open'
        ? { text: `is open again: the probe failed${lastError}`, tone: 'bad', level: 'warn' }
        : { text: `opened${lastError}`, tone: 'bad', level: 'warn' };
    case 'half_open':
      return { text: 'is half-open: a probe is allowed', tone: 'neutral', level: 'info' };
    case 'isolated':
      return { text: 'is isolated: it rejects calls', tone: 'warning', level: 'warn' };
    case 'closed':
      return describeRecovery(previous, recoverySeconds);
  }
}

function describeRecovery(previous: CircuitBreakerState, seconds: number | undefined): Description {
  const duration = seconds === undefined ? '' : ` after ${Math.round(seconds * 10) / 10} s`;
  const text = previous === 'isolated' ? 'is no longer isolated' : `closed again${duration}`;
  return { text, tone: 'good', level: 'info' };
}

const OPERATIONS: Readonly<Record<OperationAction, Description>> = {
  reset: { text: 'was reset', tone: 'good', level: 'info' },
  isolate: { text: 'was isolated', tone: 'warning', level: 'warn' },
  release: { text: 'was released', tone: 'good', level: 'info' },
  abort: { text: 'was aborted', tone: 'warning', level: 'warn' },
};

export function describeOperation({
  action,
  by,
  onBehalfOf,
  reason,
  previous,
  state,
  failed,
}: OperationEvent): Description {
  const { text, tone, level } = OPERATIONS[action];
  const parts = [
    text,
    failed ? ' in part' : '',
    by === undefined ? ' by an operator' : ` by ${sanitizeLine(by)}`,
    onBehalfOf === undefined ? '' : ` for ${sanitizeLine(onBehalfOf)}`,
    previous === undefined ? '' : ` (${previous} before, ${state} now)`,
    reason === undefined ? '' : `: ${sanitizeLine(reason)}`,
  ];
  return {
    text: parts.join(''),
    tone: failed ? 'warning' : tone,
    level: failed ? 'warn' : level,
  };
}
