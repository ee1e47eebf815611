import { describe, expect, it } from 'vitest';
import {
  configurationReport,
  reportJson,
  reportTable,
} from '../../src/cli/output/config-report.ts';
import { PRESET_NAMES } from '../../src/presets/presets.ts';
import { cli } from './cli.ts';

describe('cockatiel-otel config', () => {
  it('prints the settings of every preset, and the source of each value', () => {
    const { code, stdout, stderr } = cli(['config']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toBe(reportTable(configurationReport({})));
    expect(stdout).toMatch(/^enterprise +enterprise +retry\.initialDelay +2000 +ms +preset$/m);
  });

  it('prints with --changed the values that variables set', () => {
    const env = { RESILIENCE_TIMEOUT_LLM: '45', CIRCUIT_BREAKER_DATABASE_FAIL_MAX: '7' };
    const { code, stdout } = cli(['config', '--changed', '--json'], undefined, env);
    expect(code).toBe(0);
    const changed = (JSON.parse(stdout) as Record<string, unknown>[]).map(
      ({ preset, setting, value, from }) => [preset, setting, value, from],
    );
    expect(changed).toContainEqual(['llm', 'timeout.duration', 45_000, 'RESILIENCE_TIMEOUT_LLM']);
    expect(changed).toContainEqual([
      'database',
      'circuitBreaker.consecutiveFailures',
      7,
      'CIRCUIT_BREAKER_DATABASE_FAIL_MAX',
    ]);
    expect(changed).toHaveLength(2);
  });

  it('prints the variables for named policies', () => {
    const env = {
      TIMEOUT_SERVICENOW: '5',
      RESILIENCE_TIMEOUT_SERVICENOW: '4',
      CIRCUIT_BREAKER_MY_SERVICE_TIMEOUT: '9',
      BULKHEAD_A_LIMIT: '2',
    };
    const { stdout } = cli(['config', '--changed'], undefined, env);
    expect(stdout.split('\n').map((line) => line.split(/ +/))).toEqual([
      ['policy', 'preset', 'setting', 'value', 'unit', 'set', 'by'],
      ['A', 'bulkhead.limit', '2', 'calls', 'BULKHEAD_A_LIMIT'],
      [
        'MY_SERVICE',
        'circuitBreaker.halfOpenAfter',
        '9000',
        'ms',
        'CIRCUIT_BREAKER_MY_SERVICE_TIMEOUT',
      ],
      ['SERVICENOW', 'timeout.duration', '4000', 'ms', 'RESILIENCE_TIMEOUT_SERVICENOW'],
      [''],
    ]);
    const off = { ...env, CIRCUIT_BREAKER_ENABLED: 'false' };
    expect(cli(['config', '--changed'], undefined, off).stdout).not.toContain('MY_SERVICE');
    expect(cli(['config', '--preset', 'redis', '--changed'], undefined, env).stdout).not.toContain(
      'SERVICENOW',
    );
  });

  it('prints one preset', () => {
    const { stdout } = cli(['config', '--preset', 'redis', '--json']);
    const presets = (JSON.parse(stdout) as { preset: string }[]).map(({ preset }) => preset);
    expect(new Set(presets)).toEqual(new Set(['redis']));
  });

  it('lists every invalid variable, and exits with 1', () => {
    const env = { RESILIENCE_RETRY_MAX_ATTEMPTS: 'three', RESILIENCE_TIMEOUT_DB: '5000' };
    const { code, stdout, stderr } = cli(['config'], undefined, env);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain('Expected RESILIENCE_RETRY_MAX_ATTEMPTS');
    expect(stderr).toContain('Expected RESILIENCE_TIMEOUT_DB to be seconds');
    expect(stderr).not.toContain('    at ');
  });

  it('names the variables without the prefix that it ignores', () => {
    const env = { RETRY_MAX_ATTEMPTS: 'three', RETRY_COUNT: '3' };
    const { code, stdout, stderr } = cli(['config', '--changed', '--json'], undefined, env);
    expect({ code, stdout }).toEqual({ code: 0, stdout: '[]\n' });
    expect(stderr).toContain('cockatiel-otel ignores');
    expect(stderr).toContain('RETRY_MAX_ATTEMPTS');
    expect(stderr).not.toContain('RETRY_COUNT');
  });

  it('rejects an unknown preset, and lists the presets', () => {
    const { code, stderr } = cli(['config', '--preset', 'mainframe']);
    expect(code).toBe(2);
    expect(stderr).toContain('enterprise');
  });
});

describe('configurationReport', () => {
  const find = (policy: string, setting: string, env = {}) =>
    configurationReport(env).find((row) => row.policy === policy && row.setting === setting);

  it('reports every preset with the values of the environment', () => {
    expect(new Set(configurationReport({}).map(({ preset }) => preset))).toEqual(
      new Set(PRESET_NAMES),
    );
    expect(find('llm', 'timeout.duration', { TIMEOUT_LLM: '45' })).toEqual({
      policy: 'llm',
      preset: 'llm',
      setting: 'timeout.duration',
      value: 45_000,
      unit: 'ms',
      from: 'TIMEOUT_LLM',
    });
    expect(find('enterprise', 'retry.calls')).toMatchObject({
      value: 3,
      unit: 'calls',
      from: 'preset',
    });
    expect(find('llm', 'enabled', { RESILIENCE_ENABLED: 'false' })).toMatchObject({ value: false });
  });

  it('omits settings that the kind of circuit breaker does not use', () => {
    expect(find('enterprise', 'circuitBreaker.duration')).toBeUndefined();
    expect(find('enterprise', 'circuitBreaker.maxHalfOpenAfter')).toBeUndefined();
    expect(find('auth', 'circuitBreaker.maxHalfOpenAfter')).toMatchObject({
      value: 300_000,
      unit: 'ms',
    });
  });

  it('formats a table and JSON', () => {
    const report = configurationReport({ TIMEOUT_LLM: '45' });
    const table = reportTable(report);
    expect(table.split('\n')[0]).toMatch(/^policy +preset +setting +value +unit +set by$/);
    expect(table).toMatch(/^llm +llm +timeout\.duration +45000 +ms +TIMEOUT_LLM$/m);
    expect(table).not.toMatch(/ $/m);
    expect(JSON.parse(reportJson(report))).toEqual(JSON.parse(JSON.stringify(report)));
  });

  it('reports nothing if a variable is invalid', () => {
    expect(() => configurationReport({ RESILIENCE_TIMEOUT_LLM: 'x' })).toThrow(
      'Expected RESILIENCE_TIMEOUT_LLM',
    );
  });
});
