import { afterEach, describe, expect, it, vi } from 'vitest';
import { requireProgram } from '../support/programs.ts';

describe('a program that tests can not do without', () => {
  afterEach(() => void vi.unstubAllEnvs());

  it('is found on the path, under the name that debian gives it', () => {
    expect(requireProgram('promtool')).toMatch(/\/promtool$/);
    expect(requireProgram('alertmanager')).toMatch(/alertmanager$/);
  });

  it('is not skipped where it is missing, but told with the way to get it', () => {
    vi.stubEnv('PATH', '');
    expect(() => requireProgram('alertmanager')).toThrow(
      'Expected prometheus-alertmanager or alertmanager on the PATH, found none: what needs it was ' +
        'not tested. Install it with `apt-get install prometheus-alertmanager`',
    );
  });
});
