import { diag } from '@opentelemetry/api';

const NAMESPACE = 'cockatiel-otel';

/** Faults that are logged; further ones are only counted, because a broken hook fails with every call. */
const MAX_LOGGED_FAULTS = 10;

let faultCount = 0;

/** Logs a fault that did not reach the user's call. Never throws. */
export function reportFault(fault: unknown): void {
  faultCount++;
  if (faultCount > MAX_LOGGED_FAULTS) return;
  const suffix = faultCount === MAX_LOGGED_FAULTS ? ' (further faults are only counted)' : '';
  attempt(() =>
    logger().error(`caught an internal error; the call was not affected${suffix}`, fault),
  );
}

export function warn(message: string): void {
  attempt(() => logger().warn(message));
}

/** Other runtimes than Node have no `process`. */
const { process } = globalThis as {
  process?: { emitWarning?: (message: string, type: string) => void };
};

/** Warns when OpenTelemetry's logger cannot be used. Node prints the warning on stderr. */
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
    // The user's logger threw, so the message is lost.
  }
}
