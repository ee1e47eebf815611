import { spawn } from 'node:child_process';

/** A program that opens a URL, and its arguments before the URL. */
export type Browser = readonly [command: string, ...args: string[]];

/** The program that opens a URL on this machine, if there is a display. */
export function resolveBrowser(
  platform: NodeJS.Platform,
  env: NodeJS.ProcessEnv,
): Browser | undefined {
  if (platform === 'darwin') return ['open'];
  // `start` is a command of the shell, which would interpret characters of the URL.
  if (platform === 'win32') return ['rundll32', 'url.dll,FileProtocolHandler'];
  return env['DISPLAY'] || env['WAYLAND_DISPLAY'] ? ['xdg-open'] : undefined;
}

/** Starts the program and does not wait for its end. A missing program is only a message. */
export async function openInBrowser([command, ...args]: Browser, url: string): Promise<void> {
  await new Promise<void>((resolve) => {
    const child = spawn(command, [...args, url], { stdio: 'ignore', detached: true });
    child.once('error', () => {
      console.error(`${command} cannot run; open the URL in a browser.`);
      resolve();
    });
    child.once('spawn', () => {
      child.unref();
      resolve();
    });
  });
}
