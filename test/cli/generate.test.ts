import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { type GenerateOptions, generate } from '../../src/generate/index.ts';
import { BIN, cli } from './cli.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cockatiel-otel-cli-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const filesInFolder = () =>
  Object.fromEntries(
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => {
        const path = join(entry.parentPath, entry.name);
        return [path.slice(folder.length + 1), readFileSync(path, 'utf8')];
      }),
  );

describe('cockatiel-otel generate', () => {
  it('writes dashboards and rules to the working directory, and prints their paths', () => {
    const { code, stdout, stderr } = cli(['generate'], folder);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toBe(`${Object.keys(generate()).join('\n')}\n`);
    expect(filesInFolder()).toEqual(generate());
  });

  it('passes every option to generate()', () => {
    const calls: [string[], GenerateOptions][] = [
      [['--naming', 'otlp'], { naming: 'otlp' }],
      [['--naming', 'otlp', '--uid-suffix', 'otlp'], { naming: 'otlp', uidSuffix: 'otlp' }],
      [['rules'], { what: 'rules' }],
      [['alerts', 'alertmanager'], { what: ['alerts', 'alertmanager'] }],
      [['--format', 'mimir,provisioning'], { format: ['mimir', 'provisioning'] }],
      [['--format', 'mimir', '--format', 'configmap'], { format: ['mimir', 'configmap'] }],
      [
        ['--set', 'timeouts.ratio=0.1', '--set', 'latency.seconds=1'],
        { thresholds: { 'timeouts.ratio': 0.1, 'latency.seconds': 1 } },
      ],
      [
        ['--job-label', 'service.name', '--instance-label', 'pod'],
        { jobLabel: 'service.name', instanceLabel: 'pod' },
      ],
      [['--scrape-interval', '30'], { scrapeInterval: 30 }],
      [['--scrape-interval', '1m'], { scrapeInterval: 60 }],
      [['--scrape-interval', '1m15s'], { scrapeInterval: 75 }],
      [
        ['--runbook-base', 'https://wiki.test', '--dashboard-base', 'https://grafana.test'],
        { runbookBase: 'https://wiki.test', dashboardBase: 'https://grafana.test' },
      ],
      [
        ['--format', 'grafana', '--datasource-uid', 'mimir'],
        { format: 'grafana', datasourceUid: 'mimir' },
      ],
      [
        ['--format', 'configmap', '--label', 'release=mine', '--label', 'team=sre'],
        { format: 'configmap', labels: { release: 'mine', team: 'sre' } },
      ],
    ];
    const offenders: unknown[] = [];
    for (const [args, options] of calls) {
      rmSync(folder, { recursive: true });
      mkdirSync(folder);
      const { code, stderr } = cli(['generate', ...args, '--out', folder]);
      const isEqual = isDeepStrictEqual(filesInFolder(), generate(options));
      if (code !== 0 || stderr !== '' || !isEqual) offenders.push({ args, code, stderr, isEqual });
    }
    expect(offenders).toEqual([]);
  }, 60_000);

  it('prints a single file unchanged with --out -', () => {
    const { stdout } = cli(['generate', 'alerts', '--out', '-']);
    expect(stdout).toBe(generate()['alerts/resilience-alerts.yaml']);
    const fleet = cli(['generate', 'fleet', '--out=-']);
    expect(JSON.parse(fleet.stdout)).toMatchObject({ uid: 'resilience-fleet' });
  });

  it('prints several files as one YAML stream with their paths', () => {
    const { stdout } = cli(['generate', '--out', '-']);
    const files = generate();
    const documents = parseAllDocuments(stdout);
    expect(documents.map((document) => document.toJS())).toEqual(
      Object.values(files).map((text) => parse(text)),
    );
    expect(stdout.match(/^# \w+\/.+$/gm)).toEqual(Object.keys(files).map((path) => `# ${path}`));
  });

  it('exits without a message when the reader closes the pipe', async () => {
    const child = spawn(process.execPath, [resolve('dist/cli/main.js'), 'generate', '--out', '-']);
    child.stdout.once('data', () => child.stdout.destroy());
    let stderr = '';
    child.stderr.on('data', (data) => {
      stderr += data;
    });
    expect(await once(child, 'close')).toEqual([0, null]);
    expect(stderr).toBe('');
  });

  it('reports misuse in one sentence with exit code 2, and writes nothing', () => {
    const calls: [string[], string][] = [
      [['--naming', 'statsd'], 'Expected --naming to be one of prometheus-exporter, otlp, '],
      [['everything'], 'Expected what to be one of dashboards, rules, alertmanager, '],
      [['--format', 'html'], 'Expected --format to be one of classic, configmap, '],
      [['alerts', '--format', 'classic'], 'Expected --format to be one of prometheus, '],
      [['--set', 'timeout=1'], 'Expected a threshold, one of opened.count, '],
      [
        ['--set', 'timeouts.ratio=5%'],
        'Expected the threshold timeouts.ratio to be a number above 0',
      ],
      [
        ['--set', 'timeouts.ratio'],
        'Expected a name and a value, such as a=1, got "timeouts.ratio"',
      ],
      [
        ['--set', 'timeouts.ratio='],
        'Expected the threshold timeouts.ratio to be a number above 0',
      ],
      [['--job-label', 'my job'], 'Expected --job-label to be a label name, got "my job"'],
      [['--instance-label', ''], 'Expected --instance-label to be a label name, got ""'],
      [['--scrape-interval', 'often'], 'Expected a time such as 15s or 1m, got "often"'],
      [['--scrape-interval', '0'], 'Expected --scrape-interval to be a number above 0, got 0'],
      [['--runbook-base', ''], 'Expected --runbook-base to be a URL, got ""'],
      [
        ['--label', 'release=a b'],
        'Expected --label to be valid Kubernetes labels, got "release=a b"',
      ],
      [
        ['--uid-suffix', 'My Grafana'],
        'Expected --uid-suffix to be 1 to 22 lower-case letters, digits and dashes, got "My Grafana"',
      ],
      [['--out'], "option '--out <dir>' argument missing"],
      [['--nameing', 'otlp'], "unknown option '--nameing'"],
    ];
    const offenders: unknown[] = [];
    for (const [args, message] of calls) {
      const result = cli(['generate', ...args], folder);
      const isExpected =
        result.code === 2 &&
        result.stdout === '' &&
        result.stderr.includes(message) &&
        /^error: .+\n(\(.+\)\n)*$/.test(result.stderr);
      if (!isExpected) offenders.push({ args, message, ...result });
    }
    expect(offenders).toEqual([]);
    expect(filesInFolder()).toEqual({});
  }, 60_000);

  it('names the file that cannot be written', () => {
    mkdirSync(join(folder, 'target'));
    writeFileSync(join(folder, 'target', 'alerts'), 'a file where a folder must be');
    const { code, stderr } = cli(['generate', '--out', join(folder, 'target')]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^error: .+target\/alerts\/\S+ cannot be written: E\w+: .+'\n$/);
  });

  it('leaves existing files unchanged and no partial file if the disk is full', () => {
    expect(cli(['generate', 'rules', '--out', folder]).code).toBe(0);
    const before = filesInFolder();
    const file = Object.keys(before).find((path) => (before[path]?.length ?? 0) > 8192) ?? '';
    writeFileSync(join(folder, file), 'unchanged');
    // A limit on the size of files, here 8 KiB, fails like a full disk.
    const { status, stderr } = spawnSync('bash', [
      '-c',
      `ulimit -f 8; "${process.execPath}" "${BIN}" generate rules --out "${folder}"`,
    ]);
    expect(status).toBe(1);
    expect(String(stderr)).toMatch(/^error: \/\S+ cannot be written: EFBIG: .+\n$/);
    expect(filesInFolder()).toEqual({ ...before, [file]: 'unchanged' });
  });

  it('preserves the mode and the link of a file that it replaces', () => {
    const target = join(folder, 'target.yaml');
    expect(cli(['generate', 'rules', '--out', folder]).code).toBe(0);
    const [path = ''] = Object.keys(filesInFolder());
    writeFileSync(target, '', { mode: 0o600 });
    rmSync(join(folder, path));
    symlinkSync(target, join(folder, path));
    expect(cli(['generate', 'rules', '--out', folder]).code).toBe(0);
    expect(lstatSync(join(folder, path)).isSymbolicLink()).toBe(true);
    expect(statSync(target).mode & 0o777).toBe(0o600);
    expect(readFileSync(target, 'utf8')).not.toBe('');
  });
});

describe('cockatiel-otel', () => {
  it('names the folder that cannot be created', () => {
    const { code, stdout, stderr } = cli(['generate', '--out', '/proc/nothing']);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/^error: .*\/proc\/nothing.*\n$/);
  });

  it('prints its version', () => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
    expect(cli(['--version'])).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
  });

  it('prints help with examples', () => {
    expect(cli(['--help'])).toMatchObject({ code: 0, stdout: expect.stringContaining('generate') });
    const { code, stdout } = cli(['generate', '--help']);
    expect(code).toBe(0);
    for (const words of [
      '$ cockatiel-otel generate',
      'otlp-utf8',
      'configmap',
      'latency.seconds',
    ]) {
      expect(stdout).toContain(words);
    }
  });

  it('exits with 2 without a command, and for an unknown command or option', () => {
    for (const args of [[], ['fly'], ['--fly']]) {
      expect([args, cli(args)]).toEqual([
        args,
        { code: 2, stdout: '', stderr: expect.stringMatching(/./) },
      ]);
    }
  });
});
