import { assertKeys, expected } from '../shared/validate.ts';
import type { Address } from './server.ts';

/**
 * Options of `createMetrics`.
 *
 * @example
 * const options: PageOptions = { cardinalityLimit: 10_000 };
 */
export interface PageOptions {
  /**
   * Maximum number of attribute sets that the SDK keeps for each instrument of this package. The SDK
   * adds the rest to one overflow series. A policy name needs at most 10 sets of one instrument
   * (that of retry attempts).
   * @default 2000, the default of the SDK
   */
  readonly cardinalityLimit?: number;
}

/**
 * Options of `startMetrics`.
 *
 * @example
 * const options: MetricsOptions = { port: 9464, host: '0.0.0.0' };
 */
export interface MetricsOptions extends PageOptions {
  /**
   * TCP port of the endpoint; 0 takes any free port, and `url` contains it.
   * @default the environment variable `OTEL_EXPORTER_PROMETHEUS_PORT`, else 9464, which is registered
   *   for OpenTelemetry (https://github.com/prometheus/prometheus/wiki/Default-port-allocations)
   */
  readonly port?: number;
  /**
   * Name or address to listen on. The default accepts connections from this machine only, because
   * metrics may be confidential. If Prometheus runs on another machine or outside this container, set
   * `0.0.0.0`, in a network that you trust.
   * @default the environment variable `OTEL_EXPORTER_PROMETHEUS_HOST`, else `localhost`
   */
  readonly host?: string;
  /**
   * Path of the metrics.
   * @default '/metrics'
   */
  readonly endpoint?: string;
  /**
   * Additional names that the `Host` header may contain, such as `host.docker.internal`. On a loopback
   * address the endpoint accepts only names of this machine and these, so that no website can read the
   * metrics by DNS rebinding. On any other address all names are accepted, unless this list has some.
   * @default []
   */
  readonly hosts?: readonly string[];
}

export interface MetricsSettings extends Address {
  readonly cardinalityLimit: number | undefined;
}

const PAGE_OPTIONS = ['cardinalityLimit'];
const OPTIONS = ['port', 'host', 'endpoint', 'hosts', ...PAGE_OPTIONS];

/** @throws TypeError that names the option and what was expected */
export function resolvePageSettings(
  options: PageOptions,
): Pick<MetricsSettings, 'cardinalityLimit'> {
  assertKeys('options', options, PAGE_OPTIONS);
  return { cardinalityLimit: limitOf(options) };
}

/**
 * The options with defaults. The two environment variables are OpenTelemetry's own:
 * https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/#prometheus-exporter
 *
 * @throws TypeError that names the option or variable, and what was expected
 */
export function resolveMetricsSettings(
  options: MetricsOptions,
  env: NodeJS.ProcessEnv = process.env,
): MetricsSettings {
  assertKeys('options', options, OPTIONS);
  // The specification treats an empty variable as unset.
  const { OTEL_EXPORTER_PROMETHEUS_PORT: envPort, OTEL_EXPORTER_PROMETHEUS_HOST: envHost } = env;
  const { port, host, endpoint = '/metrics', hosts = [] } = options;
  if (port === undefined && envPort && !isPort(Number(envPort))) {
    throw expected('OTEL_EXPORTER_PROMETHEUS_PORT to be an integer from 0 to 65535', envPort);
  }
  if (port !== undefined && !isPort(port)) {
    throw expected('`port` to be an integer from 0 to 65535', port);
  }
  if (host !== undefined && (typeof host !== 'string' || host.trim() === '')) {
    throw expected('`host` to be a name or an address', host);
  }
  if (typeof endpoint !== 'string' || !/^\/[^\s?#]*$/.test(endpoint)) {
    throw expected('`endpoint` to be a path such as "/metrics"', endpoint);
  }
  if (!Array.isArray(hosts) || !hosts.every((name) => typeof name === 'string')) {
    throw expected('`hosts` to be an array of names', hosts);
  }
  return {
    port: port ?? Number(envPort || 9464),
    host: host ?? (envHost || 'localhost'),
    endpoint,
    hosts,
    cardinalityLimit: limitOf(options),
  };
}

function limitOf({ cardinalityLimit }: PageOptions): number | undefined {
  if (
    cardinalityLimit !== undefined &&
    !(Number.isInteger(cardinalityLimit) && cardinalityLimit >= 1)
  ) {
    throw expected('`cardinalityLimit` to be an integer of at least 1', cardinalityLimit);
  }
  return cardinalityLimit;
}

function isPort(port: unknown): boolean {
  return Number.isInteger(port) && Number(port) >= 0 && Number(port) <= 65535;
}
