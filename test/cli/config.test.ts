import { describe, expect, it } from 'vitest';
import { configurationReport, reportTable } from '../../src/policies/index.ts';
import { cli } from './cli.ts';

describe('cockatiel-otel config', () => {
  it('prints what every preset is made of, and where each value came from', () => {
    const { code, stdout, stderr } = cli(['config']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toBe(reportTable(configurationReport({})));
    expect(stdout).toMatch(/^enterprise +enterprise +retry\.firstWaitSeconds +2 +s +preset$/m);
  });

  it('tells what the environment has set, by which variable', () => {
    const env = { TIMEOUT_LLM: '45', CIRCUIT_BREAKER_DATABASE_FAIL_MAX: '7' };
    const { code, stdout } = cli(['config', '--changed', '--json'], undefined, env);
    expect(code).toBe(0);
    const changed = (JSON.parse(stdout) as Record<string, unknown>[]).map(
      ({ preset, setting, value, from }) => [preset, setting, value, from],
    );
    expect(changed).toContainEqual(['llm', 'timeout.seconds', 45, 'TIMEOUT_LLM']);
    expect(changed).toContainEqual([
      'database',
      'circuitBreaker.failures',
      7,
      'CIRCUIT_BREAKER_DATABASE_FAIL_MAX',
    ]);
    expect(changed).toHaveLength(2);
  });

  it('prints one preset', () => {
    const { stdout } = cli(['config', '--preset', 'redis', '--json']);
    const presets = (JSON.parse(stdout) as { preset: string }[]).map(({ preset }) => preset);
    expect(new Set(presets)).toEqual(new Set(['redis']));
  });

  it('lists every variable that is wrong, and ends with 1', () => {
    const env = { RETRY_MAX_ATTEMPTS: 'three', TIMEOUT_DB: '0' };
    const { code, stdout, stderr } = cli(['config'], undefined, env);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain('RETRY_MAX_ATTEMPTS');
    expect(stderr).toContain('TIMEOUT_DB');
    expect(stderr).not.toContain('    at ');
  });

  it('knows its presets', () => {
    const { code, stderr } = cli(['config', '--preset', 'mainframe']);
    expect(code).toBe(2);
    expect(stderr).toContain('enterprise');
  });
});
