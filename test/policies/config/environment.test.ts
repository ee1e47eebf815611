import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { variableFor } from '../../../src/policies/config/environment.ts';
import { type EnvironmentValues, readEnvironment } from '../../../src/policies/index.ts';
import { VARIABLES } from '../../../src/presets/environment-variables.ts';
import fc from '../../support/fast-check.ts';

const SECONDS = 'to be seconds from 0.001 to 3600, such as 30 or 0.5';
const WAIT = 'to be seconds from 0 to 3600, such as 30 or 0.5';
const WHOLE = 'to be an integer of at least 1';
const FLAG = 'to be `true` or `false`';

/** Each kind of variable with what it must be. */
const KINDS = {
  RESILIENCE_ENABLED: FLAG,
  CIRCUIT_BREAKER_ENABLED: FLAG,
  CIRCUIT_BREAKER_MY_SERVICE_FAIL_MAX: WHOLE,
  CIRCUIT_BREAKER_MY_SERVICE_TIMEOUT: SECONDS,
  RETRY_ENABLED: FLAG,
  RETRY_MAX_ATTEMPTS: WHOLE,
  RETRY_EXPONENTIAL_BASE: 'to be a number from 1 to 100',
  RETRY_EXPONENTIAL_MAX: WAIT,
  RETRY_JITTER: FLAG,
  RETRY_MIN_WAIT: WAIT,
  RETRY_MAX_WAIT: WAIT,
  TIMEOUT_DEFAULT: SECONDS,
  TIMEOUT_MY_SERVICE: SECONDS,
  BULKHEAD_MY_SERVICE_LIMIT: WHOLE,
} as const;
type Name = keyof typeof KINDS;
const names = Object.keys(KINDS) as Name[];

/** Each documented name with the prefix: only so a wrong value is an error. */
const withPrefix = (name: string) => (name.startsWith('RESILIENCE_') ? name : `RESILIENCE_${name}`);

/** What the text `2` means, or `true` for a flag. */
function valueOfTwo(kind: string): number | boolean {
  if (kind === FLAG) return true;
  return [SECONDS, WAIT].includes(kind) ? 2000 : 2;
}

function messageOf(env: Record<string, string>): string {
  try {
    readEnvironment(env);
  } catch (error) {
    expect(error).toBeInstanceOf(TypeError);
    return (error as Error).message;
  }
  throw new Error('it was accepted');
}

describe('the configuration by the environment', () => {
  it('is read from every documented variable, durations in milliseconds', () => {
    const env = {
      RESILIENCE_ENABLED: 'false',
      CIRCUIT_BREAKER_ENABLED: 'True',
      CIRCUIT_BREAKER_SERVICENOW_FAIL_MAX: '7',
      CIRCUIT_BREAKER_SERVICENOW_TIMEOUT: '90',
      RETRY_ENABLED: 'true',
      RETRY_MAX_ATTEMPTS: '4',
      RETRY_EXPONENTIAL_BASE: '1.5',
      RETRY_EXPONENTIAL_MAX: '20',
      RETRY_JITTER: 'FALSE',
      RETRY_MIN_WAIT: '0',
      RETRY_MAX_WAIT: '30',
      TIMEOUT_LLM: '0.25',
      BULKHEAD_DB_LIMIT: '40',
      PATH: '/bin',
      OTHER_TIMEOUT: 'soon',
    };
    expect(readEnvironment(env)).toEqual({
      RESILIENCE_ENABLED: false,
      CIRCUIT_BREAKER_ENABLED: true,
      CIRCUIT_BREAKER_SERVICENOW_FAIL_MAX: 7,
      CIRCUIT_BREAKER_SERVICENOW_TIMEOUT: 90_000,
      RETRY_ENABLED: true,
      RETRY_MAX_ATTEMPTS: 4,
      RETRY_EXPONENTIAL_BASE: 1.5,
      RETRY_EXPONENTIAL_MAX: 20_000,
      RETRY_JITTER: false,
      RETRY_MIN_WAIT: 0,
      RETRY_MAX_WAIT: 30_000,
      TIMEOUT_LLM: 250,
      BULKHEAD_DB_LIMIT: 40,
    } satisfies EnvironmentValues);
  });

  it('is read from every documented variable with the prefix, which wins', () => {
    const env = Object.fromEntries(
      names.flatMap((name) => {
        const text = KINDS[name] === FLAG ? 'true' : '2';
        return [[withPrefix(name), text], ...(name === withPrefix(name) ? [] : [[name, text]])];
      }),
    );
    const values = readEnvironment(env);
    for (const name of names) {
      expect(values[withPrefix(name)]).toBe(valueOfTwo(KINDS[name]));
      expect(variableFor(values, name)).toBe(withPrefix(name));
    }
  });

  it('lists every wrong variable with the prefix in one error', () => {
    expect(
      messageOf({
        RESILIENCE_RETRY_MAX_ATTEMPTS: 'three',
        RESILIENCE_TIMEOUT_LLM: '0',
        RESILIENCE_TIMEOUT_HTTP: '5000',
        RESILIENCE_CIRCUIT_BREAKER_SERVICENOW_FAILMAX: '5',
        RESILIENCE_RETRY_COUNT: '3',
        RESILIENCE_ENABLE: 'false',
        RESILIENCE_BULKHEAD_DB: '20',
        RESILIENCE_TIMEOUT_: '1',
        RESILIENCE_RETRY_JITTER: 'yes',
        RESILIENCE_TIMEOUT_DB: '15',
        RETRY_COUNT: '3',
      }).split('\n'),
    ).toEqual([
      'Expected BULKHEAD_<NAME>_LIMIT, got "RESILIENCE_BULKHEAD_DB"',
      'Expected CIRCUIT_BREAKER_ENABLED or CIRCUIT_BREAKER_<NAME>_FAIL_MAX or CIRCUIT_BREAKER_<NAME>_TIMEOUT, got "RESILIENCE_CIRCUIT_BREAKER_SERVICENOW_FAILMAX"',
      `Expected ${Object.keys(VARIABLES).join(' or ')}, got "RESILIENCE_ENABLE"`,
      'Expected RETRY_ENABLED or RETRY_MAX_ATTEMPTS or RETRY_EXPONENTIAL_BASE or RETRY_EXPONENTIAL_MAX or RETRY_JITTER or RETRY_MIN_WAIT or RETRY_MAX_WAIT, got "RESILIENCE_RETRY_COUNT"',
      `Expected RESILIENCE_RETRY_JITTER ${FLAG}, got "yes"`,
      `Expected RESILIENCE_RETRY_MAX_ATTEMPTS ${WHOLE}, got "three"`,
      'Expected TIMEOUT_<NAME>, got "RESILIENCE_TIMEOUT_"',
      `Expected RESILIENCE_TIMEOUT_HTTP ${SECONDS}, got "5000"`,
      `Expected RESILIENCE_TIMEOUT_LLM ${SECONDS}, got "0"`,
    ]);
  });

  it.each(
    names.flatMap((name) =>
      [
        '',
        ' ',
        ' 5 ',
        '5 ',
        '1e3',
        '0x10',
        '-1',
        '+1',
        'NaN',
        'Infinity',
        '١',
        '1,5',
        '.5',
        '5.',
        '05',
        '5s',
        'null',
        '9'.repeat(400),
      ].map((text) => ({ name, text })),
    ),
  )('does not take $text for $name', ({ name, text }) => {
    const message = `Expected ${withPrefix(name)} ${KINDS[name]}, got ${JSON.stringify(text)}`;
    const shown = messageOf({ [withPrefix(name)]: text });
    // A long value is cut.
    if (text.length < 200) expect(shown).toBe(message);
    else expect(message.startsWith(shown.slice(0, 200))).toBe(true);
  });

  it('ignores variables that Kubernetes sets for services with similar names', () => {
    const of = (name: string) => ({
      [`${name}_SERVICE_HOST`]: '10.0.0.11',
      [`${name}_SERVICE_PORT`]: '6379',
      [`${name}_SERVICE_PORT_HTTP`]: '6379',
      [`${name}_PORT`]: 'tcp://10.0.0.11:6379',
      [`${name}_PORT_6379_TCP`]: 'tcp://10.0.0.11:6379',
      [`${name}_PORT_6379_TCP_PROTO`]: 'tcp',
      [`${name}_PORT_6379_TCP_PORT`]: '6379',
      [`${name}_PORT_6379_TCP_ADDR`]: '10.0.0.11',
    });
    for (const name of [
      'RESILIENCE',
      'RESILIENCE_API',
      'TIMEOUT',
      'RETRY',
      'RETRY_API',
      'BULKHEAD',
      'CIRCUIT_BREAKER',
    ]) {
      expect(readEnvironment(of(name))).toEqual({});
    }
    expect(readEnvironment({ TIMEOUT_IMPORT: '3', BULKHEAD_PORT_A_LIMIT: '2' })).toEqual({
      TIMEOUT_IMPORT: 3000,
      BULKHEAD_PORT_A_LIMIT: 2,
    });
    expect(messageOf({ RESILIENCE_RETRY_PORTS: '1' })).toContain('RESILIENCE_RETRY_PORTS');
  });

  it('lists every invalid variable in one error', () => {
    const anything = fc.oneof(
      fc.string(),
      fc.string({ unit: 'binary' }),
      fc.constantFrom('1', '0.5', 'true'),
    );
    fc.assert(
      fc.property(
        fc.dictionary(
          fc.oneof(fc.constantFrom<string>(...names, ...names.map(withPrefix)), fc.string()),
          anything,
        ),
        (env) => {
          const wrong: string[] = [];
          for (const [variable, text] of Object.entries(env)) {
            const name = names.find((name) => withPrefix(name) === variable);
            if (name && !accepts(name, text)) wrong.push(variable);
          }
          if (wrong.length > 0) {
            for (const name of wrong) expect(messageOf(env)).toContain(`Expected ${name} `);
            return;
          }
          for (const [variable, value] of Object.entries(readEnvironment(env))) {
            const name = names.find((name) => [name, withPrefix(name)].includes(variable)) as Name;
            expect(['number', 'boolean']).toContain(typeof value);
            expect(accepts(name, String(env[variable]))).toBe(true);
          }
        },
      ),
    );
  });

  it('returns every valid value unchanged', () => {
    const seconds = fc.integer({ min: 1, max: 3_600_000 }).map((ms) => ms / 1000);
    const whole = fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER });
    fc.assert(
      fc.property(
        fc.record({
          RETRY_MAX_ATTEMPTS: whole,
          TIMEOUT_LLM: seconds,
          CIRCUIT_BREAKER_X_TIMEOUT: seconds,
          BULKHEAD_A_B_LIMIT: whole,
          RETRY_JITTER: fc.boolean(),
          RETRY_EXPONENTIAL_BASE: fc.integer({ min: 10, max: 1000 }).map((tenths) => tenths / 10),
        }),
        (values) => {
          const env = Object.fromEntries(
            Object.entries(values).map(([name, value]) => [name, String(value)]),
          );
          expect(readEnvironment(env)).toEqual({
            ...values,
            TIMEOUT_LLM: Math.round(values.TIMEOUT_LLM * 1000),
            CIRCUIT_BREAKER_X_TIMEOUT: Math.round(values.CIRCUIT_BREAKER_X_TIMEOUT * 1000),
          });
        },
      ),
    );
  });

  it('reads only its argument, and does not change it', () => {
    fc.assert(
      fc.property(
        fc.tuple(fc.constantFrom(...names), fc.constantFrom('1', 'true')),
        ([name, text]) => {
          const env = Object.freeze({ [name]: text });
          try {
            readEnvironment(env);
          } catch {}
          expect(env).toEqual({ [name]: text });
        },
      ),
    );
    expect(readEnvironment({})).toEqual({});
  });
});

describe('a variable without the prefix, which may belong to another program', () => {
  let warned = vi.spyOn(process, 'emitWarning');
  beforeEach(() => {
    vi.resetModules();
    warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    warned.mockClear();
  });
  afterEach(() => void vi.restoreAllMocks());
  /** The room with a process that has not warned yet. */
  const fresh = () => import('../../../src/policies/index.ts');
  const warnings = () => warned.mock.calls.map(([text]) => String(text));

  it('is left alone where it only begins alike', async () => {
    const { createPolicy, readEnvironment } = await fresh();
    const env = {
      RETRY_COUNT: '3',
      RETRY_DELAY_MS: '100',
      RETRY_MAX_RETRIES: '5',
      TIMEOUT: '5000',
      TIMEZONE: 'UTC',
      BULKHEAD: 'yes',
      CIRCUIT_BREAKER: 'on',
      CIRCUIT_BREAKER_URL: 'http://other',
    };
    expect(readEnvironment(env)).toEqual({});
    for (const [name, text] of Object.entries(env)) vi.stubEnv(name, text);
    const policy = createPolicy('service', 'http');
    vi.unstubAllEnvs();
    expect(policy.settings.retry).toMatchObject({ calls: 4 });
    policy.dispose();
    expect(warnings()).toEqual([]);
  });

  it('does nothing where its value is impossible, and that is one warning', async () => {
    const { createPolicy, readEnvironment } = await fresh();
    vi.stubEnv('TIMEOUT_HTTP', '5000');
    vi.stubEnv('RETRY_ENABLED', '0');
    const policies = [1, 2, 3].map(() => createPolicy('service', 'http'));
    vi.unstubAllEnvs();
    for (const policy of policies) {
      expect(policy.settings.timeout).toMatchObject({ duration: 15_000 });
      policy.dispose();
    }
    readEnvironment({ TIMEOUT_LLM: '7200' });
    expect(warnings()).toEqual([
      [
        'cockatiel-otel ignores environment variables that resemble its own. If they are meant for it, correct them and add the prefix RESILIENCE_:',
        `Expected RETRY_ENABLED ${FLAG}, got "0"`,
        `Expected TIMEOUT_HTTP ${SECONDS}, got "5000"`,
      ].join('\n'),
    ]);
    expect(warned.mock.calls[0]?.[1]).toBe('CockatielOtelWarning');
  });

  it('is in the warning where it nearly is a documented name', async () => {
    const near = [
      'RETRY_MAX_ATTEMPT',
      'RETRY_MAX_WAITS',
      'RETRY_ENABLE',
      'RETRY_EXPONENTAL_BASE',
      'CIRCUIT_BREAKER_ENABLE',
      'CIRCUIT_BREAKER_SERVICENOW_FAILMAX',
      'CIRCUIT_BREAKERS_DB_FAIL_MAX',
      'CIRCUIT_BREAKER_MY_SERVICE_TIME_OUT',
      'BULKHEAD_MY_SERVICE_LIMITS',
      'TIMEOUTS_HTTP',
    ];
    const silent: string[] = [];
    for (const name of near) {
      vi.resetModules();
      warned.mockClear();
      const { readEnvironment } = await fresh();
      expect(readEnvironment({ [name]: '1' })).toEqual({});
      if (!warnings()[0]?.includes(name)) silent.push(name);
    }
    expect(silent).toEqual([]);
  });
});

/** The grammar once more, told in another way than the code tells it. */
function accepts(name: Name, text: string): boolean {
  const kind = KINDS[name];
  if (kind === FLAG) return ['true', 'false'].includes(text.toLowerCase());
  const number = Number(text);
  const isCanonical = String(number) === text || /^(0|[1-9][0-9]*)\.[0-9]*$/.test(text);
  if (!isCanonical || text.endsWith('.') || /[^0-9.]/.test(text)) return false;
  if (kind === WHOLE) return !text.includes('.') && number >= 1 && Number.isSafeInteger(number);
  if (kind === SECONDS) return number >= 0.001 && number <= 3600;
  if (kind === WAIT) return number >= 0 && number <= 3600;
  return number >= 1 && number <= 100;
}
