import { metrics } from '@opentelemetry/api';
import { warnProcess } from '../shared/diagnostics.ts';

/**
 * Copies of the API share one global object for each major, which the first one makes. Only
 * copies of the version of the first register there, and only copies of its minor version or an older
 * one read it. A refusal is reported to `diag` only, whose logger is refused as well.
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
  'Let all packages use one version (npm ls @opentelemetry/api), or give `instrument` the `meterProvider`.';

interface Conflict {
  /** The version that was first. */
  readonly first: string;
  /** The version that this package uses. */
  readonly own: string;
}

/** The versions, where another one was first, which refuses what this one registers. */
export function apiConflict(): Conflict | undefined {
  const first = globals[KEY]?.version;
  const own = first === undefined ? undefined : ownVersion();
  return first === undefined || own === undefined || own === first ? undefined : { first, own };
}

/** What is wrong, and what to do. */
export function conflictMessage({ first, own }: Conflict): string {
  return (
    `@opentelemetry/api ${first} was first in this process, and refuses what ${own} registers, ` +
    `the version that cockatiel-otel uses: no metrics are reported. ${ADVICE}`
  );
}

let isWarned = false;
/** The global object that was looked at last. */
let checked: GlobalApi | undefined;

/** Warns, once, where a meter provider of the process can never be found. Runs before calls. */
export function warnIfUnreachable(): void {
  const api = globals[KEY];
  if (api !== undefined && api !== checked) {
    checked = api;
    const conflict = apiConflict();
    if (conflict && minorOf(conflict.first) < minorOf(conflict.own)) warnOfConflict(conflict);
  }
  const next = globals[NEXT_MAJOR];
  if (next?.metrics === undefined || isWarned) return;
  isWarned = true;
  warnProcess(
    `A meter provider is registered with @opentelemetry/api ${next.version}, and cockatiel-otel ` +
      `uses version 1 of the API: no metrics are reported. ${ADVICE}`,
  );
}

/** Warns, once, of a registration that was refused, if that is why. */
export function warnOfConflict(conflict = apiConflict()): void {
  if (isWarned || conflict === undefined) return;
  isWarned = true;
  warnProcess(conflictMessage(conflict));
}

/** The API exports no version, but writes it into a global object that it makes. */
function ownVersion(): string | undefined {
  const first = globals[KEY];
  try {
    delete globals[KEY];
  } catch {
    return undefined;
  }
  // The method of the class: the one of the instance may be wrapped, as by this package.
  const { setGlobalMeterProvider } = Object.getPrototypeOf(metrics) as typeof metrics;
  setGlobalMeterProvider.call(metrics, metrics.getMeterProvider());
  const own = globals[KEY]?.version;
  globals[KEY] = first;
  return own;
}

function minorOf(version: string): number {
  return Number(version.split('.')[1]);
}
