import { metrics } from '@opentelemetry/api';
import { warnProcess } from '../shared/diagnostics.ts';

/**
 * Copies of the API share one global object per major version, which the first copy creates. Other
 * copies can register in it only if they have the same version, and read it only if their minor version
 * is not newer. A rejected registration is reported to `diag` only, whose logger is rejected too.
 * https://github.com/open-telemetry/opentelemetry-js/blob/main/api/src/internal/global-utils.ts
 */
interface GlobalApi {
  readonly version?: string;
  readonly metrics?: unknown;
}

const globals = globalThis as unknown as Record<symbol, GlobalApi | undefined>;
const KEY = Symbol.for('opentelemetry.js.api.1');
const NEXT_MAJOR = Symbol.for('opentelemetry.js.api.2');

const ADVICE =
  'Use one version in all packages (npm ls @opentelemetry/api), or pass `meterProvider` to `instrument`.';

interface Conflict {
  /** The version that created the global object. */
  readonly first: string;
  /** The version that this package uses. */
  readonly own: string;
}

/** The versions, if a copy with another version has created the global object. */
export function apiConflict(): Conflict | undefined {
  const first = globals[KEY]?.version;
  const own = first === undefined ? undefined : ownVersion();
  return first === undefined || own === undefined || own === first ? undefined : { first, own };
}

export function conflictMessage({ first, own }: Conflict): string {
  return (
    `@opentelemetry/api ${first} was loaded first in this process, and rejects registrations of ${own}, ` +
    `the version that cockatiel-otel uses: no metrics are exported. ${ADVICE}`
  );
}

let hasWarned = false;
/** The global object that was checked last. */
let checked: GlobalApi | undefined;

/** Warns once if this package cannot reach the meter provider of the process. Runs before calls. */
export function warnIfUnreachable(): void {
  const api = globals[KEY];
  if (api !== undefined && api !== checked) {
    checked = api;
    const conflict = apiConflict();
    if (conflict && minorOf(conflict.first) < minorOf(conflict.own)) warnOfConflict(conflict);
  }
  const next = globals[NEXT_MAJOR];
  if (next?.metrics === undefined || hasWarned) return;
  hasWarned = true;
  warnProcess(
    `A meter provider is registered with @opentelemetry/api ${next.version}, and cockatiel-otel ` +
      `uses version 1 of the API: no metrics are exported. ${ADVICE}`,
  );
}

/** Warns once if a registration was rejected because of a version conflict. */
export function warnOfConflict(conflict = apiConflict()): void {
  if (hasWarned || conflict === undefined) return;
  hasWarned = true;
  warnProcess(conflictMessage(conflict));
}

/** The API exports no version, but writes it into the global object that it creates. */
function ownVersion(): string | undefined {
  const first = globals[KEY];
  try {
    delete globals[KEY];
  } catch {
    return undefined;
  }
  // The method of the class, because this package wraps the one of the instance.
  const { setGlobalMeterProvider } = Object.getPrototypeOf(metrics) as typeof metrics;
  setGlobalMeterProvider.call(metrics, metrics.getMeterProvider());
  const own = globals[KEY]?.version;
  globals[KEY] = first;
  return own;
}

function minorOf(version: string): number {
  return Number(version.split('.')[1]);
}
