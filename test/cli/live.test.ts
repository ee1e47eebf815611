import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { resolveBrowser } from '../../src/cli/commands/browser.ts';
import { eventually } from '../support/eventually.ts';
import { run } from './cli.ts';
import { serve, unusedUrl } from './service.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cockatiel-otel-live-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const NO_DISPLAY = { DISPLAY: '', WAYLAND_DISPLAY: '' };

describe('cockatiel-otel live', () => {
  it('prints the URL of the page', async () => {
    const url = await unusedUrl();
    const printed = { code: 0, stdout: `${url}/live\n`, stderr: '' };
    expect(await run(['live', '--print', '--url', url], { DISPLAY: ':0' })).toEqual(printed);
  });

  describe.runIf(process.platform === 'linux')('with a display', () => {
    /** A fake browser that records the URL. */
    function browser(): { env: NodeJS.ProcessEnv; opened: () => string | undefined } {
      const record = join(folder, 'opened');
      const program = join(folder, 'xdg-open');
      writeFileSync(
        program,
        `#!/bin/sh\nprintf '%s\\n' "$@" > ${record}.new; mv ${record}.new ${record}\n`,
      );
      chmodSync(program, 0o755);
      return {
        env: { DISPLAY: ':0', PATH: [folder, process.env['PATH']].join(delimiter) },
        opened: () => {
          try {
            return readFileSync(record, 'utf8');
          } catch {
            return undefined;
          }
        },
      };
    }

    it('opens the page in the browser', async () => {
      const { url } = await serve();
      const { env, opened } = browser();
      const result = await run(['live', '--url', `${url}/`], env);
      expect(result).toEqual({ code: 0, stdout: `${url}/live\n`, stderr: '' });
      expect(await eventually('the browser opens', opened)).toBe(`${url}/live\n`);
      const page = await fetch(`${url}/live`);
      expect(page.headers.get('content-type')).toMatch(/^text\/html/);
      await page.body?.cancel();
    });

    it('opens nothing without a display', async () => {
      const url = await unusedUrl();
      const { env, opened } = browser();
      const result = await run(['live', '--url', url], { ...env, ...NO_DISPLAY });
      expect(result).toMatchObject({ code: 0, stderr: '' });
      expect(opened()).toBeUndefined();
    });

    it('does not open a page if the service does not respond', async () => {
      const url = await unusedUrl();
      const { env, opened } = browser();
      const { code, stdout, stderr } = await run(['live', '--url', url], env);
      expect({ code, stdout }).toEqual({ code: 3, stdout: `${url}/live\n` });
      expect(stderr).toMatch(/^error: No response from /);
      expect(opened()).toBeUndefined();
    });

    it('asks the user to open the URL if no browser can run', async () => {
      const { url } = await serve();
      const { code, stderr } = await run(['live', '--url', url], { DISPLAY: ':0', PATH: folder });
      expect(code).toBe(0);
      expect(stderr).toBe('xdg-open cannot run; open the URL in a browser.\n');
    });
  });

  it('opens a URL without a shell on every platform', () => {
    expect(resolveBrowser('darwin', {})).toEqual(['open']);
    expect(resolveBrowser('win32', {})?.[0]).toBe('rundll32');
    expect(resolveBrowser('linux', { WAYLAND_DISPLAY: 'wayland-0' })).toEqual(['xdg-open']);
    expect(resolveBrowser('linux', NO_DISPLAY)).toBeUndefined();
  });
});
