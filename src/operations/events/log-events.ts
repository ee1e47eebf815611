import { type StateChange, stateChanges } from '../../metrics/state-changes.ts';
import {
  ATTR_CIRCUIT_BREAKER_PREVIOUS_STATE,
  ATTR_CIRCUIT_BREAKER_STATE,
  ATTR_ERROR_TYPE,
  ATTR_POLICY_NAME,
} from '../../semconv/attributes.ts';
import * as semconv from '../../semconv/events.ts';
import { reportFault } from '../../shared/diagnostics.ts';
import { type LogFields, type Logger, runDetached, SafeLogger } from '../../shared/logger.ts';
import {
  type Description,
  describeOperation,
  describeStateChange,
  subjectOf,
} from './descriptions.ts';
import type { EventLoggerProvider } from './event-logger.ts';
import { type OperationEvent, operationEvents } from './operation-events.ts';

export interface Listeners {
  readonly logger?: Logger | undefined;
  readonly events?: EventLoggerProvider | undefined;
}

/** https://opentelemetry.io/docs/specs/otel/logs/data-model/#field-severitynumber */
const SEVERITIES = { info: [9, 'INFO'], warn: [13, 'WARN'] } as const;

/**
 * Tells a logger and the Logs API of each change of state and each act, once. A change that an act
 * makes is one line with it, however many circuit breakers there are, but an event of its own.
 *
 * @returns ends it
 */
export function logEvents({ logger, events }: Listeners): () => void {
  const log = new SafeLogger(logger);

  function tell(
    eventName: string,
    { level, text }: Description,
    subject: string,
    at: number,
    told: Readonly<Record<string, string | number | undefined>>,
  ): void {
    const [severityNumber, severityText] = SEVERITIES[level];
    const attributes = defined(told);
    const body = `${subject} ${text}`;
    // What they do is theirs, and must not reach the call in which it happens.
    runDetached(() => {
      const to = events?.getLogger('cockatiel-otel');
      return to?.emit({ eventName, severityNumber, severityText, timestamp: at, body, attributes });
    }, reportFault);
  }

  function write({ level, text }: Description, subject: string, fields: LogFields): void {
    log[level](`${subject} ${text}`, defined(fields));
  }

  const ends = [
    stateChanges.subscribe((change: StateChange) => {
      const { name, key, previous, state, at, lastErrorType, recoverySeconds } = change;
      const said = describeStateChange(change);
      const subject = subjectOf('Circuit breaker', name, key);
      if (!operationEvents.isUnderway(name)) {
        write(said, subject, {
          policy: name,
          key,
          state,
          previous_state: previous,
          last_error_type: lastErrorType,
          recovery_seconds: recoverySeconds,
        });
      }
      tell(semconv.EVENT_STATE_CHANGE, said, subject, at, {
        [ATTR_POLICY_NAME]: name,
        [semconv.EVENT_ATTR_POLICY_KEY]: key,
        [ATTR_CIRCUIT_BREAKER_STATE]: state,
        [ATTR_CIRCUIT_BREAKER_PREVIOUS_STATE]: previous,
        [ATTR_ERROR_TYPE]: lastErrorType,
        [semconv.EVENT_ATTR_RECOVERY_DURATION]: recoverySeconds,
      });
    }),
    operationEvents.subscribe((act: OperationEvent) => {
      const { action, name, at, by, onBehalfOf, reason, previous, state, execution } = act;
      const said = describeOperation(act);
      const subject = subjectOf(execution ? 'An execution of' : 'Circuit breaker', name);
      write(said, subject, {
        policy: name,
        action,
        by,
        on_behalf_of: onBehalfOf,
        reason,
        state,
        previous_state: previous,
        execution,
      });
      tell(semconv.EVENT_ADMINISTRATION, said, subject, at, {
        [ATTR_POLICY_NAME]: name,
        [semconv.EVENT_ATTR_ACTION]: action,
        [semconv.EVENT_ATTR_BY]: by,
        [semconv.EVENT_ATTR_ON_BEHALF_OF]: onBehalfOf,
        [semconv.EVENT_ATTR_REASON]: reason,
        [ATTR_CIRCUIT_BREAKER_STATE]: state,
        [ATTR_CIRCUIT_BREAKER_PREVIOUS_STATE]: previous,
        [semconv.EVENT_ATTR_EXECUTION_ID]: execution,
      });
    }),
  ];
  return function end() {
    for (const each of ends) each();
  };
}

/** Without what is not known. */
function defined<T>(fields: Readonly<Record<string, T | undefined>>): Record<string, T> {
  return Object.fromEntries(
    Object.entries(fields).filter((entry): entry is [string, T] => entry[1] !== undefined),
  );
}
