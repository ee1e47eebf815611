/** How services load the package: Node, Jest, bundlers, and the type checkers of both module systems. */
import { resolve } from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEADLINE_MS, Home } from './service.ts';

const PEERS = [
  'cockatiel@3',
  '@opentelemetry/api@1',
  '@opentelemetry/sdk-metrics',
  '@opentelemetry/exporter-prometheus',
];
const TOOLS = ['jest@29', 'typescript@5', '@types/node@22', 'webpack@5'];

const home = new Home();
const service = home.service('service');

beforeAll(() => service.install(home.tarball, ...PEERS, ...TOOLS), DEADLINE_MS);
afterAll(() => home.remove(), DEADLINE_MS);

const bin = (path: string) => resolve('node_modules', path);

describe('the package', () => {
  it(
    'is loaded by Jest 29 and 30',
    async () => {
      service.copy('service.test.cjs', 'service.test.js');
      for (const jest of [29, 30]) {
        if (jest !== 29) await service.install(`jest@${jest}`);
        const version = await service.run('npx', '--no-install', 'jest', '--version');
        expect(version).toMatch(new RegExp(`^${jest}\\.`));
        await service.run('npx', '--no-install', 'jest', '--ci');
      }
    },
    DEADLINE_MS,
  );

  it(
    'is one where it is required and imported, in a process and in bundles',
    async () => {
      service.copy('both.cjs');
      const entry = `${service.path}/both.cjs`;
      for (const [format, extension] of [
        ['cjs', 'cjs'],
        ['esm', 'mjs'],
      ] as const) {
        await build({
          entryPoints: [entry],
          outfile: `${service.path}/esbuild.${extension}`,
          bundle: true,
          minify: true,
          platform: 'node',
          format,
          logLevel: 'error',
          ...(format === 'esm' ? { banner: { js: REQUIRE } } : {}),
        });
      }
      await service.run(process.execPath, '--eval', WEBPACK);
      for (const file of ['both.cjs', 'esbuild.cjs', 'esbuild.mjs', 'webpack.cjs']) {
        const printed = JSON.parse(await service.run(process.execPath, file));
        const known = ['required', 'imported'];
        expect({ file, ...printed }).toEqual({
          file,
          policies: 2,
          known: [known, known],
          page: '<!doctype html>',
        });
      }
    },
    DEADLINE_MS,
  );

  it(
    'has types in every module resolution of TypeScript 5 and 7',
    async () => {
      service.copy('types.ts');
      const typescript5 = `${service.path}/node_modules/typescript/bin/tsc`;
      const typescript7 = bin('typescript/bin/tsc');
      const offences: string[] = [];
      for (const [tsc, module, resolution, type] of [
        [typescript5, 'commonjs', 'node10', 'commonjs'],
        [typescript5, 'node16', 'node16', 'commonjs'],
        [typescript5, 'nodenext', 'nodenext', 'module'],
        [typescript5, 'esnext', 'bundler', 'module'],
        [typescript7, 'commonjs', 'bundler', 'commonjs'],
        [typescript7, 'node16', 'node16', 'module'],
        [typescript7, 'nodenext', 'nodenext', 'commonjs'],
        [typescript7, 'esnext', 'bundler', 'module'],
      ] as const) {
        service.write('package.json', JSON.stringify({ private: true, type }));
        const flags = ['--module', module, '--moduleResolution', resolution];
        const checks = ['--noEmit', '--strict', '--target', 'es2022', '--types', 'node'];
        await service
          .run(process.execPath, tsc, ...flags, ...checks, '--skipLibCheck', 'false', 'types.ts')
          .catch(({ message }) => offences.push(message));
      }
      expect(offences).toEqual([]);
    },
    DEADLINE_MS,
  );
});

/** A bundle that is an ES module has no `require` for the modules of Node. */
const REQUIRE =
  "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);";

const WEBPACK = `
  require('webpack')(
    {
      mode: 'production',
      target: 'node',
      entry: './both.cjs',
      output: { path: process.cwd(), filename: 'webpack.cjs' },
    },
    (error, stats) => {
      if (error ?? stats.hasErrors()) throw error ?? new Error(stats.toString('errors-only'));
    },
  );`;
