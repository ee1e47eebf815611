import type { DependencyMonitor } from '../dependencies/monitor/types.ts';
import { assertLogger, type Logger } from '../shared/logger.ts';
import { expected, ownOptions } from '../shared/validate.ts';
import type { EventLoggerProvider } from './events/event-logger.ts';
import type { HealthLimits, HealthOptions } from './options.ts';

/** The options with defaults. */
export interface HealthSettings {
  readonly token: string | Readonly<Record<string, string>> | undefined;
  readonly protectReads: boolean;
  readonly openFails: boolean;
  readonly dependencies: Pick<DependencyMonitor, 'state'> | undefined;
  readonly logger: Logger | undefined;
  readonly events: EventLoggerProvider | undefined;
  readonly service: string | undefined;
  readonly executions: boolean;
  readonly prefix: string;
  readonly limits: Required<HealthLimits>;
  /** In lower case. */
  readonly hosts: ReadonlySet<string>;
}

const DEFAULT_LIMITS = {
  bodyBytes: 4096,
  viewers: 100,
};

const OPTIONS = [
  'token',
  'protectReads',
  'openFails',
  'dependencies',
  'logger',
  'events',
  'service',
  'executions',
  'prefix',
  'limits',
  'hosts',
];

/** @throws TypeError naming the option and what was expected; never what a token is */
export function resolveHealthSettings(options: HealthOptions): HealthSettings {
  const own = ownOptions('options', options, OPTIONS);
  const { token, protectReads = false, openFails = false, executions = true } = own;
  const { dependencies, logger, events, service, prefix = '', limits = {}, hosts = [] } = own;
  assertToken(token);
  for (const [name, value] of Object.entries({ protectReads, openFails, executions })) {
    if (typeof value !== 'boolean') throw expected(`\`options.${name}\` to be a boolean`, value);
  }
  if (protectReads && token === undefined) {
    throw expected('`options.token` to be given, as `protectReads` asks for it', token);
  }
  if (dependencies !== undefined && typeof dependencies?.state !== 'function') {
    throw expected('`options.dependencies` to be what `monitorDependencies` gave', dependencies);
  }
  assertLogging(logger, events);
  if (service !== undefined && (typeof service !== 'string' || service.trim() === '')) {
    throw expected('`options.service` to be a non-empty string', service);
  }
  if (typeof prefix !== 'string' || !/^(\/[\w.~-]+)*\/?$/.test(prefix)) {
    throw expected('`options.prefix` to be a path such as "/ops"', prefix);
  }
  const bounds = { ...DEFAULT_LIMITS };
  for (const [name, value] of Object.entries(
    ownOptions('options.limits', limits, Object.keys(DEFAULT_LIMITS)),
  )) {
    if (value === undefined) continue;
    if (!Number.isSafeInteger(value) || value < 1) {
      throw expected(`\`options.limits.${name}\` to be an integer of at least 1`, value);
    }
    bounds[name as keyof HealthLimits] = value;
  }
  assertHosts(hosts);
  return {
    token,
    protectReads,
    openFails,
    dependencies,
    logger,
    events,
    service,
    executions,
    prefix: prefix.replace(/\/$/, ''),
    limits: bounds,
    hosts: new Set(hosts.map((host) => host.toLowerCase())),
  };
}

/** @throws TypeError */
export function assertHosts(hosts: unknown): asserts hosts is readonly string[] {
  const isName = (host: unknown) =>
    typeof host === 'string' && /^[^\s:/@]+$|^\[[\da-f:.]+\]$/i.test(host);
  if (!Array.isArray(hosts) || !hosts.every(isName)) {
    throw expected('`options.hosts` to be an array of names such as "ops.example"', hosts);
  }
}

/** @throws TypeError */
export function assertLogging(logger: unknown, events: unknown): void {
  assertLogger(logger);
  const { getLogger } = (events ?? {}) as { getLogger?: unknown };
  if (events !== undefined && typeof getLogger !== 'function') {
    throw expected('`options.events` to have a method `getLogger`', events);
  }
}

function assertToken(token: unknown): void {
  if (token === undefined) return;
  const isRecord = typeof token === 'object' && token !== null && !Array.isArray(token);
  if (typeof token !== 'string' && !isRecord) {
    throw expected('`options.token` to be a string, or an object of them by who has them', token);
  }
  const tokens = typeof token === 'string' ? [token] : Object.values(token as object);
  if (tokens.length === 0) {
    throw new TypeError('Expected `options.token` to have at least one token, got none');
  }
  for (const each of tokens) {
    // What it is must not stand in an error, which ends in a log.
    const got = typeof each === 'string' ? `${each.length} characters` : typeof each;
    if (typeof each !== 'string' || !/^[\x21-\x7e]{16,}$/.test(each)) {
      throw new TypeError(
        `Expected a token in \`options.token\` to be at least 16 visible ASCII characters, got ${got}`,
      );
    }
  }
  if (new Set(tokens).size < tokens.length) {
    throw new TypeError('Expected each token in `options.token` to be of its own, got one twice');
  }
}
