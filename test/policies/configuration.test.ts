import { describe, expect, it } from 'vitest';
import { type Configuration, configuration } from '../../src/policies/index.ts';
import fc from '../support/fast-check.ts';

const SECONDS = 'to be seconds from 0.001 to 2147483.647, such as 30 or 0.5';
const WAIT = 'to be seconds from 0 to 2147483.647, such as 30 or 0.5';
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

function messageOf(env: Record<string, string>): string {
  try {
    configuration(env);
  } catch (error) {
    expect(error).toBeInstanceOf(TypeError);
    return (error as Error).message;
  }
  throw new Error('it was accepted');
}

describe('the configuration by the environment', () => {
  it('is read from every documented variable', () => {
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
    expect(configuration(env)).toEqual({
      RESILIENCE_ENABLED: false,
      CIRCUIT_BREAKER_ENABLED: true,
      CIRCUIT_BREAKER_SERVICENOW_FAIL_MAX: 7,
      CIRCUIT_BREAKER_SERVICENOW_TIMEOUT: 90,
      RETRY_ENABLED: true,
      RETRY_MAX_ATTEMPTS: 4,
      RETRY_EXPONENTIAL_BASE: 1.5,
      RETRY_EXPONENTIAL_MAX: 20,
      RETRY_JITTER: false,
      RETRY_MIN_WAIT: 0,
      RETRY_MAX_WAIT: 30,
      TIMEOUT_LLM: 0.25,
      BULKHEAD_DB_LIMIT: 40,
    } satisfies Configuration);
  });

  it('tells every variable that is wrong in one error, what was expected and what came', () => {
    expect(
      messageOf({
        RETRY_MAX_ATTEMPTS: 'three',
        TIMEOUT_LLM: '0',
        TIMEOUT_DB: '2147483.648',
        CIRCUIT_BREAKER_SERVICENOW_FAILMAX: '5',
        RETRY_MAX_WAITS: '1',
        RESILIENCE_ENABLE: 'false',
        BULKHEAD_DB: '20',
        TIMEOUT_: '1',
        RETRY_JITTER: 'yes',
        TIMEOUT_HTTP: '15',
      }).split('\n'),
    ).toEqual([
      'Expected BULKHEAD_<NAME>_LIMIT, got "BULKHEAD_DB"',
      'Expected CIRCUIT_BREAKER_ENABLED or CIRCUIT_BREAKER_<NAME>_FAIL_MAX or CIRCUIT_BREAKER_<NAME>_TIMEOUT, got "CIRCUIT_BREAKER_SERVICENOW_FAILMAX"',
      'Expected RESILIENCE_ENABLED, got "RESILIENCE_ENABLE"',
      `Expected RETRY_JITTER ${FLAG}, got "yes"`,
      `Expected RETRY_MAX_ATTEMPTS ${WHOLE}, got "three"`,
      'Expected RETRY_ENABLED or RETRY_MAX_ATTEMPTS or RETRY_EXPONENTIAL_BASE or RETRY_EXPONENTIAL_MAX or RETRY_JITTER or RETRY_MIN_WAIT or RETRY_MAX_WAIT, got "RETRY_MAX_WAITS"',
      'Expected TIMEOUT_<NAME>, got "TIMEOUT_"',
      `Expected TIMEOUT_DB ${SECONDS}, got "2147483.648"`,
      `Expected TIMEOUT_LLM ${SECONDS}, got "0"`,
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
    expect(messageOf({ [name]: text })).toBe(
      `Expected ${name} ${KINDS[name]}, got ${JSON.stringify(text)}`,
    );
  });

  it('leaves out what Kubernetes sets for services whose names begin like a variable', () => {
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
    for (const name of ['TIMEOUT', 'RETRY', 'RETRY_API', 'BULKHEAD', 'CIRCUIT_BREAKER']) {
      expect(configuration(of(name))).toEqual({});
    }
    expect(configuration({ TIMEOUT_IMPORT: '3', BULKHEAD_PORT_A_LIMIT: '2' })).toEqual({
      TIMEOUT_IMPORT: 3,
      BULKHEAD_PORT_A_LIMIT: 2,
    });
    expect(messageOf({ RETRY_PORTS: '1', RETRY_HOST: 'a' })).toContain('RETRY_PORTS');
  });

  it('wants the shortest wait not to be longer than the longest', () => {
    expect(messageOf({ RETRY_MIN_WAIT: '5', RETRY_MAX_WAIT: '4' })).toBe(
      'Expected RETRY_MIN_WAIT to be at most RETRY_MAX_WAIT (4), got 5',
    );
  });

  it('never fails but by naming what is wrong, and names all of it', () => {
    const anything = fc.oneof(
      fc.string(),
      fc.string({ unit: 'binary' }),
      fc.constantFrom('1', '0.5', 'true'),
    );
    fc.assert(
      fc.property(
        fc.dictionary(fc.oneof(fc.constantFrom<string>(...names), fc.string()), anything),
        (env) => {
          const wrong: string[] = [];
          for (const [name, text] of Object.entries(env)) {
            if (!(names as string[]).includes(name)) continue;
            if (!accepts(name as Name, text)) wrong.push(name);
          }
          const { RETRY_MIN_WAIT: min, RETRY_MAX_WAIT: max } = env;
          const crossed = Number(min) > Number(max);
          if (wrong.length === 0 && !crossed) {
            for (const [name, value] of Object.entries(configuration(env))) {
              expect(['number', 'boolean']).toContain(typeof value);
              expect(Number.isNaN(value)).toBe(false);
              expect(names).toContain(name);
            }
          } else if (wrong.length > 0) {
            for (const name of wrong) expect(messageOf(env)).toContain(`Expected ${name} `);
          }
        },
      ),
    );
  });

  it('gives back every value that was written as it is written', () => {
    const seconds = fc.integer({ min: 1, max: 2 ** 31 - 1 }).map((ms) => ms / 1000);
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
          expect(configuration(env)).toEqual(values);
        },
      ),
    );
  });

  it('reads nothing but what it is given, and leaves it as it is', () => {
    fc.assert(
      fc.property(
        fc.tuple(fc.constantFrom(...names), fc.constantFrom('1', 'true')),
        ([name, text]) => {
          const env = Object.freeze({ [name]: text });
          try {
            configuration(env);
          } catch {}
          expect(env).toEqual({ [name]: text });
        },
      ),
    );
    expect(configuration({})).toEqual({});
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
  if (kind === SECONDS) return number >= 0.001 && number <= 2147483.647;
  if (kind === WAIT) return number >= 0 && number <= 2147483.647;
  return number >= 1 && number <= 100;
}
