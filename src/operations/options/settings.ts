import type { DependencyMonitor } from '../../dependencies/monitor/types.ts';
import { assertLogger, type Logger } from '../../shared/logger.ts';
import { expected, ownOptions } from '../../shared/validate.ts';
import { assertEventLoggerProvider, type EventLoggerProvider } from '../events/event-logger.ts';
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

/** @throws TypeError that names the option and what was expected, but never a token */
export function resolveHealthSettings(options: HealthOptions): HealthSettings {
  const own = ownOptions('options', options, OPTIONS);
  const { token, protectReads = false, openFails = false, executions = true } = own;
  const { dependencies, logger, events, service, prefix = '', limits = {}, hosts = [] } = own;
  assertToken(token);
  for (const [name, value] of Object.entries({ protectReads, openFails, executions })) {
    if (typeof value !== 'boolean') throw expected(`\`options.${name}\` to be a boolean`, value);
  }
  if (protectReads && token === undefined) {
    throw expected('`options.token` to be set, because `protectReads` requires it', token);
  }
  if (dependencies !== undefined && typeof dependencies?.state !== 'function') {
    throw expected(
      '`options.dependencies` to be the result of `monitorDependencies`',
      dependencies,
    );
  }
  assertLogger(logger);
  assertEventLoggerProvider(events);
  if (service !== undefined && (typeof service !== 'string' || service.trim() === '')) {
    throw expected('`options.service` to be a non-empty string', service);
  }
  if (typeof prefix !== 'string' || !/^(\/[\w.~-]+)*\/?$/.test(prefix)) {
    throw expected('`options.prefix` to be a path such as "/ops"', prefix);
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
    limits: resolveLimits(limits),
    hosts: new Set(hosts.map((host) => host.toLowerCase())),
  };
}

function resolveLimits(limits: HealthLimits): Required<HealthLimits> {
  const resolved = { ...DEFAULT_LIMITS };
  const own = ownOptions('options.limits', limits, Object.keys(DEFAULT_LIMITS));
  for (const [name, value] of Object.entries(own)) {
    if (value === undefined) continue;
    if (!Number.isSafeInteger(value) || value < 1) {
      throw expected(`\`options.limits.${name}\` to be an integer of at least 1`, value);
    }
    resolved[name as keyof HealthLimits] = value;
  }
  return resolved;
}

/** @throws TypeError if the option is invalid */
export function assertHosts(hosts: unknown): asserts hosts is readonly string[] {
  const isHostName = (host: unknown) =>
    typeof host === 'string' && /^[^\s:/@]+$|^\[[\da-f:.]+\]$/i.test(host);
  if (!Array.isArray(hosts) || !hosts.every(isHostName)) {
    throw expected('`options.hosts` to be an array of names such as "ops.example"', hosts);
  }
}

function assertToken(token: unknown): void {
  if (token === undefined) return;
  const isRecord = typeof token === 'object' && token !== null && !Array.isArray(token);
  if (typeof token !== 'string' && !isRecord) {
    throw expected('`options.token` to be a string, or an object of tokens by name', token);
  }
  const tokens = typeof token === 'string' ? [token] : Object.values(token as object);
  if (tokens.length === 0) {
    throw new TypeError('Expected `options.token` to have at least one token, got none');
  }
  for (const value of tokens) {
    // Errors end in logs, so the message must not contain the token.
    const received = typeof value === 'string' ? `${value.length} characters` : typeof value;
    if (typeof value !== 'string' || !/^[\x21-\x7e]{16,}$/.test(value)) {
      throw new TypeError(
        `Expected a token in \`options.token\` to be at least 16 visible ASCII characters, got ${received}`,
      );
    }
  }
  if (new Set(tokens).size < tokens.length) {
    throw new TypeError('Expected all tokens in `options.token` to differ, got one twice');
  }
}
