import { spawn } from 'node:child_process';

/** A program, and what it takes before an address. */
export type Browser = readonly [command: string, ...args: string[]];

/** What opens an address on this machine; nothing where there is no display to open it on. */
export function browserFor(platform: NodeJS.Platform, env: NodeJS.ProcessEnv): Browser | undefined {
  if (platform === 'darwin') return ['open'];
  // `start` is a word of the shell, which would read the address as well.
  if (platform === 'win32') return ['rundll32', 'url.dll,FileProtocolHandler'];
  return env['DISPLAY'] || env['WAYLAND_DISPLAY'] ? ['xdg-open'] : undefined;
}

/** Starts it, and waits for no more than that. A browser that is missing is no fault: see above. */
export async function open([command, ...args]: Browser, address: string): Promise<void> {
  await new Promise<void>((resolve) => {
    const child = spawn(command, [...args, address], { stdio: 'ignore', detached: true });
    child.once('error', () => {
      console.error(`${command} can not be run; open the address by hand.`);
      resolve();
    });
    child.once('spawn', () => {
      child.unref();
      resolve();
    });
  });
}
