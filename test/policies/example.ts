import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** Lets an example find this package in its source, as it stands, without a build. */
const HOOKS = `data:text/javascript,${encodeURIComponent(`
  import { register } from 'node:module';
  const resolve = \`export async function resolve(specifier, context, next) {
    const [own, room] = specifier.split('/');
    return own === 'cockatiel-otel'
      ? next('${new URL('../../src/', import.meta.url)}' + (room ? room + '/' : '') + 'index.ts', context)
      : next(specifier, context);
  }\`;
  register('data:text/javascript,' + encodeURIComponent(resolve));
`)}`;

/** For a process that runs an example. */
export const LOADERS = ['--import', 'tsx', '--import', HOOKS];

/** What an example prints, by lines. @throws Error with what it complains of, if it fails */
export async function run(file: string): Promise<{ lines: string[]; complaints: string }> {
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [...LOADERS, file]);
  return { lines: stdout.trimEnd().split('\n'), complaints: stderr };
}
