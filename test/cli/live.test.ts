import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { browserFor } from '../../src/cli/browser.ts';
import { eventually } from '../support/eventually.ts';
import { run } from './cli.ts';
import { nowhere, serve } from './service.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cockatiel-otel-live-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const NO_DISPLAY = { DISPLAY: '', WAYLAND_DISPLAY: '' };

describe('cockatiel-otel live', () => {
  it('prints the address of the page', async () => {
    const url = await nowhere();
    const printed = { code: 0, stdout: `${url}/live\n`, stderr: '' };
    expect(await run(['live', '--print', '--url', url], { DISPLAY: ':0' })).toEqual(printed);
  });

  describe.runIf(process.platform === 'linux')('where there may be a display', () => {
    /** A browser that notes what it is to open. */
    function browser(): { env: NodeJS.ProcessEnv; opened: () => string | undefined } {
      const notes = join(folder, 'opened');
      const program = join(folder, 'xdg-open');
      writeFileSync(
        program,
        `#!/bin/sh\nprintf '%s\\n' "$@" > ${notes}.new; mv ${notes}.new ${notes}\n`,
      );
      chmodSync(program, 0o755);
      return {
        env: { DISPLAY: ':0', PATH: [folder, process.env['PATH']].join(delimiter) },
        opened: () => {
          try {
            return readFileSync(notes, 'utf8');
          } catch {
            return undefined;
          }
        },
      };
    }

    it('opens it in the browser', async () => {
      const { url } = await serve();
      const { env, opened } = browser();
      const result = await run(['live', '--url', `${url}/`], env);
      expect(result).toEqual({ code: 0, stdout: `${url}/live\n`, stderr: '' });
      expect(await eventually('it is opened', opened)).toBe(`${url}/live\n`);
      const page = await fetch(`${url}/live`);
      expect(page.headers.get('content-type')).toMatch(/^text\/html/);
      await page.body?.cancel();
    });

    it('opens nothing without a display', async () => {
      const url = await nowhere();
      const { env, opened } = browser();
      const result = await run(['live', '--url', url], { ...env, ...NO_DISPLAY });
      expect(result).toMatchObject({ code: 0, stderr: '' });
      expect(opened()).toBeUndefined();
    });

    it('opens no page that is not there', async () => {
      const url = await nowhere();
      const { env, opened } = browser();
      const { code, stdout, stderr } = await run(['live', '--url', url], env);
      expect({ code, stdout }).toEqual({ code: 3, stdout: `${url}/live\n` });
      expect(stderr).toMatch(/^error: No answer from /);
      expect(opened()).toBeUndefined();
    });

    it('leaves it to you where there is no browser', async () => {
      const { url } = await serve();
      const { code, stderr } = await run(['live', '--url', url], { DISPLAY: ':0', PATH: folder });
      expect(code).toBe(0);
      expect(stderr).toBe('xdg-open can not be run; open the address by hand.\n');
    });
  });

  it('knows how each system opens an address, never by a shell', () => {
    expect(browserFor('darwin', {})).toEqual(['open']);
    expect(browserFor('win32', {})?.[0]).toBe('rundll32');
    expect(browserFor('linux', { WAYLAND_DISPLAY: 'wayland-0' })).toEqual(['xdg-open']);
    expect(browserFor('linux', NO_DISPLAY)).toBeUndefined();
  });
});
