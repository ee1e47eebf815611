/**
 * `npm run bench`: what instrumenting costs. Each file is one process; within it both sides of a
 * comparison take turns. `--write` puts the table into docs/performance.md. Names of files as
 * arguments run only these. `scale` is a bench of its own, with its own options and its own page.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import type { Result } from './result.ts';

const FILES = [
  'stack',
  'http',
  'breaker',
  'opossum',
  'allocation',
  'collect',
  'memory',
  'live',
  'health',
  'retry-budget',
];
const DOCUMENT = 'docs/performance.md';
const MARKERS = ['<!-- bench:begin -->\n', '<!-- bench:end -->'] as const;

if (process.argv[2] === 'scale') {
  await import('./scale/main.ts');
  process.exit();
}

const write = process.argv.includes('--write');
const wanted = process.argv.slice(2).filter((argument) => argument !== '--write');
const unknown = wanted.filter((name) => !FILES.includes(name));
if (unknown.length > 0) {
  console.error(`Expected names out of ${FILES.join(', ')}, got ${unknown.join(', ')}`);
  process.exit(2);
}

const results: Result[] = [];
for (const file of wanted.length > 0 ? wanted : FILES) {
  process.stderr.write(`${file} ...\n`);
  results.push(...runFile(file));
}

const table = [
  '| measure | is | must be | |',
  '|---|---|---|---|',
  ...results.map(({ measure, value, limit, unit = '', detail }) => {
    const number = `${value.toFixed(unit ? 1 : 3)} ${unit}`.trim();
    const met = value <= limit ? '' : ' (not met)';
    return `| ${measure} | ${number} | <= ${limit} ${unit}${met} | ${detail} |`.replace(/ +/g, ' ');
  }),
  '',
  `Measured with ${versions()}.`,
  '',
].join('\n');

console.log(table);
if (write) {
  const text = readFileSync(DOCUMENT, 'utf8');
  const [head = '', rest = ''] = text.split(MARKERS[0]);
  const tail = rest.slice(rest.indexOf(MARKERS[1]));
  writeFileSync(DOCUMENT, `${head}${MARKERS[0]}${table}${tail}`);
}

function runFile(file: string): Result[] {
  const source = `
    const { run } = await import('./bench/${file}.ts');
    console.log(JSON.stringify(await run()));
    process.exit();`;
  const memory = file === 'allocation' ? ['--max-semi-space-size=256'] : [];
  const output = execFileSync(
    process.execPath,
    ['--expose-gc', ...memory, '--import', 'tsx', '--input-type=module', '--eval', source],
    { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] },
  );
  return JSON.parse(output);
}

function versions(): string {
  const { devDependencies } = JSON.parse(readFileSync('package.json', 'utf8'));
  const packages = ['cockatiel', '@opentelemetry/sdk-metrics', 'opossum', 'opossum-prometheus'];
  const installed = packages.map((name) => {
    if (!(name in devDependencies)) throw new Error(`${name} is not a devDependency`);
    return `${name} ${JSON.parse(readFileSync(`node_modules/${name}/package.json`, 'utf8')).version}`;
  });
  const [cpu] = cpus();
  return [`Node ${process.version}`, ...installed, `${cpus().length} x ${cpu?.model}`].join(', ');
}
