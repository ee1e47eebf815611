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

export interface LogTargets {
  readonly logger?: Logger | undefined;
  readonly events?: EventLoggerProvider | undefined;
}

/** https://opentelemetry.io/docs/specs/otel/logs/data-model/#field-severitynumber */
const SEVERITIES = { info: [9, 'INFO'], warn: [13, 'WARN'] } as const;

/**
 * Logs each state change and each operation. The state changes that an operation causes are part of
 * its log line, but events of their own.
 *
 * @returns a function that stops the logging
 */
export function logEvents({ logger, events }: LogTargets): () => void {
  const log = new SafeLogger(logger);

  function emitEvent(
    eventName: string,
    { level, text }: Description,
    subject: string,
    timestamp: number,
    attributes: Readonly<Record<string, string | number | undefined>>,
  ): void {
    const [severityNumber, severityText] = SEVERITIES[level];
    const record = {
      eventName,
      severityNumber,
      severityText,
      timestamp,
      body: `${subject} ${text}`,
      attributes: withoutUndefined(attributes),
    };
    // An error of the user's logger must not reach the call that caused the event.
    runDetached(() => events?.getLogger('cockatiel-otel')?.emit(record), reportFault);
  }

  function writeLine({ level, text }: Description, subject: string, fields: LogFields): void {
    log[level](`${subject} ${text}`, withoutUndefined(fields));
  }

  function logStateChange(change: StateChange): void {
    const { name, key, previous, state, at, lastErrorType, recoverySeconds } = change;
    const description = describeStateChange(change);
    const subject = subjectOf('Circuit breaker', name, key);
    if (!operationEvents.isInProgress(name)) {
      writeLine(description, subject, {
        policy: name,
        key,
        state,
        previous_state: previous,
        last_error_type: lastErrorType,
        recovery_seconds: recoverySeconds,
      });
    }
    emitEvent(semconv.EVENT_STATE_CHANGE, description, subject, at, {
      [ATTR_POLICY_NAME]: name,
      [semconv.EVENT_ATTR_POLICY_KEY]: key,
      [ATTR_CIRCUIT_BREAKER_STATE]: state,
      [ATTR_CIRCUIT_BREAKER_PREVIOUS_STATE]: previous,
      [ATTR_ERROR_TYPE]: lastErrorType,
      [semconv.EVENT_ATTR_RECOVERY_DURATION]: recoverySeconds,
    });
  }

  function logOperation(operation: OperationEvent): void {
    const { action, name, at, by, onBehalfOf, reason, previous, state, execution } = operation;
    const description = describeOperation(operation);
    const subject = subjectOf(execution ? 'An execution of' : 'Circuit breaker', name);
    writeLine(description, subject, {
      policy: name,
      action,
      by,
      on_behalf_of: onBehalfOf,
      reason,
      state,
      previous_state: previous,
      execution,
    });
    emitEvent(semconv.EVENT_ADMINISTRATION, description, subject, at, {
      [ATTR_POLICY_NAME]: name,
      [semconv.EVENT_ATTR_ACTION]: action,
      [semconv.EVENT_ATTR_BY]: by,
      [semconv.EVENT_ATTR_ON_BEHALF_OF]: onBehalfOf,
      [semconv.EVENT_ATTR_REASON]: reason,
      [ATTR_CIRCUIT_BREAKER_STATE]: state,
      [ATTR_CIRCUIT_BREAKER_PREVIOUS_STATE]: previous,
      [semconv.EVENT_ATTR_EXECUTION_ID]: execution,
    });
  }

  const unsubscribe = [
    stateChanges.subscribe(logStateChange),
    operationEvents.subscribe(logOperation),
  ];
  return () => {
    for (const stop of unsubscribe) stop();
  };
}

function withoutUndefined<T>(fields: Readonly<Record<string, T | undefined>>): Record<string, T> {
  return Object.fromEntries(
    Object.entries(fields).filter((entry): entry is [string, T] => entry[1] !== undefined),
  );
}
