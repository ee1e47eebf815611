import { expected } from '../options.ts';
import { type PresetName, presetOf, timeoutVariables } from '../presets.ts';
import { type Base, baseOf } from './base.ts';
import { type Configuration, configuration } from './configuration.ts';
import { upperSnake } from './names.ts';
import { assertOverrides, assertPreset } from './overrides.ts';
import { MEMBERS, type Origin, type PolicyOverrides, type PolicySettings } from './types.ts';

export interface Effective<F> {
  /** `false`: every call goes straight through. */
  readonly enabled: boolean;
  readonly settings: PolicySettings<F>;
  readonly origins: Readonly<Record<string, Origin>>;
}

type Values = Record<string, unknown>;

/** What the environment says of one member. */
interface FromEnvironment {
  /** Setting: the variables that may give it, the first that is set does. */
  readonly values: Readonly<Record<string, readonly string[]>>;
  /** The variable that switches the member. */
  readonly enabled?: string;
}

type Part = keyof Base | 'overallTimeout';
const PARTS: readonly Part[] = ['circuitBreaker', 'overallTimeout', 'retry', 'bulkhead', 'timeout'];

/**
 * Code before environment before preset, setting by setting.
 *
 * @throws TypeError naming everything that is wrong in the arguments, or in the environment
 */
export function effective<F>(
  name: string,
  preset: PresetName,
  overrides: PolicyOverrides<F>,
  environment: Configuration = configuration(),
): Effective<F> {
  assertPreset(preset);
  assertOverrides(overrides);
  const origins: Record<string, Origin> = {};
  const fromCode: Origin = { from: 'code' };
  const settings: Values = {};
  for (const part of PARTS) {
    const { values, enabled } = variablesOf(part, name, preset, overrides);
    settings[part] = partOf(part, values, enabled);
  }
  for (const other of ['fallback', 'handle', 'handleResult'] as const) {
    if (overrides[other] !== undefined) origins[other] = fromCode;
  }
  origins['order'] = { from: overrides.order ? 'code' : 'preset' };
  const all = {
    ...settings,
    fallback: overrides.fallback ?? false,
    handle: overrides.handle,
    handleResult: overrides.handleResult,
    order: Object.freeze([...(overrides.order ?? MEMBERS)]),
  } as unknown as PolicySettings<F>;
  assertTogether(all, origins);
  return {
    enabled: environment['RESILIENCE_ENABLED'] !== false,
    settings: Object.freeze(all),
    origins: Object.freeze(origins),
  };

  function partOf(part: Part, values: FromEnvironment['values'], enabled?: string): unknown {
    const own = overrides[part];
    if (own === false) return off(fromCode);
    if (enabled !== undefined && environment[enabled] === false) {
      return off({ from: 'environment', variable: enabled });
    }
    const given = Object.entries(values).flatMap(([setting, variables]) => {
      const variable = variables.find((each) => environment[each] !== undefined);
      return variable === undefined ? [] : [{ setting, variable, value: environment[variable] }];
    });
    const base = baseFor(part, preset);
    if (base === undefined && own === undefined && given.length === 0) {
      return off({ from: 'preset' });
    }
    const merged: Values = {};
    const set = (setting: string, value: unknown, origin: Origin) => {
      merged[setting] = Array.isArray(value) ? Object.freeze([...value]) : value;
      origins[`${part}.${setting}`] = origin;
    };
    for (const [setting, value] of Object.entries(base ?? BARE[part] ?? {})) {
      set(setting, value, { from: 'preset' });
    }
    for (const { setting, variable, value } of given) {
      set(setting, value, { from: 'environment', variable });
    }
    for (const [setting, value] of Object.entries(own ?? {})) {
      if (value !== undefined) set(setting, value, fromCode);
    }
    return Object.freeze(merged);

    function off(origin: Origin): false {
      origins[part] = origin;
      return false;
    }
  }
}

/** What a member begins with that its preset has not. */
const BARE: Partial<Record<Part, Values>> = {
  bulkhead: { queue: 0 },
  overallTimeout: { aggressive: true },
};

function baseFor(part: Part, preset: PresetName): object | undefined {
  return part === 'overallTimeout' ? undefined : baseOf(preset)[part];
}

function variablesOf(
  part: Part,
  name: string,
  preset: PresetName,
  { retry }: PolicyOverrides<unknown>,
): FromEnvironment {
  const own = upperSnake(name);
  const { variables } = presetOf(preset);
  const each = (names: readonly string[], variable: (name: string) => string) =>
    [own, ...names].map(variable);
  switch (part) {
    case 'circuitBreaker':
      return {
        enabled: 'CIRCUIT_BREAKER_ENABLED',
        values: {
          failures: each(variables, (each) => `CIRCUIT_BREAKER_${each}_FAIL_MAX`),
          openSeconds: each(variables, (each) => `CIRCUIT_BREAKER_${each}_TIMEOUT`),
        },
      };
    case 'retry': {
      const exponential = ((retry || undefined)?.strategy ?? 'exponential') === 'exponential';
      return {
        enabled: 'RETRY_ENABLED',
        values: {
          calls: ['RETRY_MAX_ATTEMPTS'],
          base: ['RETRY_EXPONENTIAL_BASE'],
          minWaitSeconds: ['RETRY_MIN_WAIT'],
          maxWaitSeconds: [...(exponential ? ['RETRY_EXPONENTIAL_MAX'] : []), 'RETRY_MAX_WAIT'],
          jitter: ['RETRY_JITTER'],
        },
      };
    }
    case 'bulkhead':
      return { values: { limit: each(variables, (each) => `BULKHEAD_${each}_LIMIT`) } };
    case 'timeout': {
      const names = timeoutVariables(presetOf(preset));
      return { values: { seconds: each(names, (each) => `TIMEOUT_${each}`) } };
    }
    default:
      return { values: {} };
  }
}

/** What each setting for itself does not show. */
function assertTogether(settings: PolicySettings, origins: Readonly<Record<string, Origin>>): void {
  const { circuitBreaker, overallTimeout, retry, bulkhead, order } = settings;
  const wrong: TypeError[] = [];
  if (bulkhead && bulkhead.limit === undefined) {
    wrong.push(expected('`overrides.bulkhead.limit` to be an integer of at least 1', undefined));
  }
  if (overallTimeout && overallTimeout.seconds === undefined) {
    wrong.push(expected('`overrides.overallTimeout.seconds` to be seconds', undefined));
  }
  if (retry && retry.minWaitSeconds > retry.maxWaitSeconds) {
    const what = `the longest wait of the retry to be at least the shortest (${retry.minWaitSeconds})`;
    wrong.push(expected(what, retry.maxWaitSeconds));
  }
  // The environment may cap what the code wants; a preset, which was not asked to, may not.
  const capped = origins['retry.maxWaitSeconds']?.from !== 'environment';
  if (retry && capped && retry.firstWaitSeconds > retry.maxWaitSeconds) {
    const what = `\`overrides.retry.maxWaitSeconds\` to be at least \`firstWaitSeconds\` (${retry.firstWaitSeconds})`;
    wrong.push(expected(what, retry.maxWaitSeconds));
  }
  if (circuitBreaker && circuitBreaker.kind === 'count') {
    const { size, minimumCalls } = circuitBreaker;
    if (minimumCalls > size) {
      wrong.push(
        expected(`\`circuitBreaker.minimumCalls\` to be at most \`size\` (${size})`, minimumCalls),
      );
    }
  }
  for (const member of MEMBERS) {
    if (settings[member] && !order.includes(member)) {
      wrong.push(expected(`\`overrides.order\` to have \`${member}\``, order.join(', ')));
    }
  }
  if (wrong.length > 0) throw new TypeError(wrong.map(({ message }) => message).join('\n'));
}
