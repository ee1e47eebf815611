import type { StateChange } from '../../metrics/state-changes.ts';
import type { CircuitBreakerState } from '../../semconv/attributes.ts';
import { short } from '../../shared/sanitize.ts';
import type { NewsItem } from './feed-event.ts';
import type { Act } from './operation-events.ts';

/** What happened in plain words, after whom it happened to. */
export interface Said {
  readonly text: string;
  readonly tone: NewsItem['tone'];
  readonly level: 'info' | 'warn';
}

/** A name may be any text, and a line of a log is one line. */
export function subjectOf(kind: string, name: string, key?: string): string {
  return `${kind} ${short(name)}${key === undefined || key === name ? '' : ` (${short(key)})`}`;
}

export function sayChange({ previous, state, lastErrorType, recoverySeconds }: StateChange): Said {
  const why = lastErrorType === undefined ? '' : `, last error: ${short(lastErrorType)}`;
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

function recovered(previous: CircuitBreakerState, seconds: number | undefined): Said {
  const after = seconds === undefined ? '' : ` after ${Math.round(seconds * 10) / 10} s`;
  const text = previous === 'isolated' ? 'is no longer isolated' : `closed again${after}`;
  return { text, tone: 'good', level: 'info' };
}

const DONE: Readonly<Record<Act['action'], Pick<Said, 'tone' | 'level'> & { did: string }>> = {
  reset: { did: 'was reset', tone: 'good', level: 'info' },
  isolate: { did: 'was isolated', tone: 'warning', level: 'warn' },
  release: { did: 'was released', tone: 'good', level: 'info' },
  abort: { did: 'was called off', tone: 'warning', level: 'warn' },
};

export function sayAct({ action, by, onBehalfOf, reason, previous, state, failed }: Act): Said {
  const { did, ...ended } = DONE[action];
  const { tone, level }: Omit<Said, 'text'> = failed ? { tone: 'warning', level: 'warn' } : ended;
  const part = failed ? ' in part' : '';
  const who = by === undefined ? ' by hand' : ` by ${short(by)}`;
  const whom = onBehalfOf === undefined ? '' : ` for ${short(onBehalfOf)}`;
  const why = reason === undefined ? '' : `: ${short(reason)}`;
  const from = previous === undefined ? '' : ` (${previous} before, ${state} now)`;
  return { text: `${did}${part}${who}${whom}${from}${why}`, tone, level };
}
