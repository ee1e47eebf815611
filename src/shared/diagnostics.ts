import { diag } from '@opentelemetry/api';

const NAMESPACE = 'cockatiel-otel';

/** So many faults are told; the rest is only counted, as a broken hook fails at every call. */
const FAULTS_TOLD = 10;

let faults = 0;

/** Tells a fault that was kept from the user's call. Never throws, whatever the logger does. */
export function reportFault(fault: unknown): void {
  faults++;
  if (faults > FAULTS_TOLD) return;
  const last = faults === FAULTS_TOLD ? ' (further faults are only counted)' : '';
  attempt(() => logger().error(`a fault was kept from a call${last}`, fault));
}

export function warn(message: string): void {
  attempt(() => logger().warn(message));
}

/** Of Node; other runtimes have none. */
const { process } = globalThis as {
  process?: { emitWarning?: (message: string, type: string) => void };
};

/** Warns of what OpenTelemetry's own logger cannot say. Node prints it on stderr. */
export function warnProcess(message: string): void {
  attempt(() => {
    if (process?.emitWarning) process.emitWarning(message, 'CockatielOtelWarning');
    else console.warn(message);
  });
}

function logger() {
  return diag.createComponentLogger({ namespace: NAMESPACE });
}

function attempt(log: () => void): void {
  try {
    log();
  } catch {
    // The user's logger failed; there is nobody left to tell.
  }
}
