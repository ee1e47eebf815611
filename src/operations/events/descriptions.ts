import type { StateChange } from '../../metrics/state-changes.ts';
import type { CircuitBreakerState } from '../../semconv/attributes.ts';
import { sanitizeLine } from '../../shared/sanitize.ts';
import type { FeedEvent } from './feed-event.ts';
import type { OperationEvent } from './operation-events.ts';

/** What happened in plain words, after whom it happened to. */
export interface Description {
  readonly text: string;
  readonly tone: FeedEvent['tone'];
  readonly level: 'info' | 'warn';
}

/** A name may be any text, and a line of a log is one line. */
export function subjectOf(kind: string, name: string, key?: string): string {
  return `${kind} ${sanitizeLine(name)}${key === undefined || key === name ? '' : ` (${sanitizeLine(key)})`}`;
}

export function describeStateChange({
  previous,
  state,
  lastErrorType,
  recoverySeconds,
}: StateChange): Description {
  const why = lastErrorType === undefined ? '' : `, last error: ${sanitizeLine(lastErrorType)}`;
  switch (state) {
    case 'open':
      return previous === 'half_open'
        ? { text: `is open again: the test call failed${why}`, tone: 'bad', level: 'warn' }
        : { text: `opened${why}`, tone: 'bad', level: 'warn' };
    case 'half_open':
      return { text: 'lets a call through to test', tone: 'neutral', level: 'info' };
    case 'isolated':
      return { text: 'is isolated: it turns calls away', tone: 'warning', level: 'warn' };
    case 'closed':
      return recovered(previous, recoverySeconds);
  }
}

function recovered(previous: CircuitBreakerState, seconds: number | undefined): Description {
  const after = seconds === undefined ? '' : ` after ${Math.round(seconds * 10) / 10} s`;
  const text = previous === 'isolated' ? 'is no longer isolated' : `closed again${after}`;
  return { text, tone: 'good', level: 'info' };
}

const DONE: Readonly<
  Record<OperationEvent['action'], Pick<Description, 'tone' | 'level'> & { did: string }>
> = {
  reset: { did: 'was reset', tone: 'good', level: 'info' },
  isolate: { did: 'was isolated', tone: 'warning', level: 'warn' },
  release: { did: 'was released', tone: 'good', level: 'info' },
  abort: { did: 'was called off', tone: 'warning', level: 'warn' },
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
  const { did, ...ended } = DONE[action];
  const { tone, level }: Omit<Description, 'text'> = failed
    ? { tone: 'warning', level: 'warn' }
    : ended;
  const part = failed ? ' in part' : '';
  const who = by === undefined ? ' by hand' : ` by ${sanitizeLine(by)}`;
  const whom = onBehalfOf === undefined ? '' : ` for ${sanitizeLine(onBehalfOf)}`;
  const why = reason === undefined ? '' : `: ${sanitizeLine(reason)}`;
  const from = previous === undefined ? '' : ` (${previous} before, ${state} now)`;
  return { text: `${did}${part}${who}${whom}${from}${why}`, tone, level };
}
