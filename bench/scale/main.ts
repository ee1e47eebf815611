/**
 * `npm run bench scale`: the cost of a large fleet for its Prometheus. The fleet is synthetic,
 * Prometheus and the time are real.
 *
 *     --replicas 100 --policies 30   the fleet
 *     --minutes 10                   minutes of scrapes; fewer are a trial
 *     --past 0 --pace 5              minutes of earlier scrapes, made every 5 s instead of 15 s
 *     --growth                       several smaller fleets, for a shorter time
 *     --write                        writes the tables of docs/scale.md
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { type Measured, measure, type Plan } from './measure.ts';
import { costTable, growthTable } from './report.ts';

const DOCUMENT = 'docs/scale.md';

const { values } = parseArgs({
  args: process.argv.slice(2).filter((argument) => argument !== 'scale'),
  options: {
    replicas: { type: 'string', default: '100' },
    policies: { type: 'string', default: '30' },
    minutes: { type: 'string', default: '10' },
    past: { type: 'string', default: '0' },
    pace: { type: 'string', default: '5' },
    growth: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
  },
});

const plan: Plan = {
  replicas: positive('replicas'),
  policies: positive('policies'),
  minutes: positive('minutes'),
  past: Number(values.past),
  pace: positive('pace'),
};

// Exit handlers stop the programs and remove the files.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));

const log = (line: string) => console.error(line);

if (values.growth) {
  const all: Measured[] = [];
  for (const fleet of growingFleets()) {
    all.push(await measure(fleet, log));
    publish('growth', growthTable(all));
  }
} else {
  publish('scale', costTable(await measure(plan, log)));
}

/** Replicas grow, then policies. */
function growingFleets(): Plan[] {
  const small = { ...plan, minutes: Math.min(plan.minutes, 1), past: 9 };
  return [
    { ...small, replicas: 10, policies: 10, pace: 0.5 },
    { ...small, replicas: 10, policies: 30, pace: 0.5 },
    { ...small, replicas: 10, policies: 30, past: 59, pace: 0.5 },
    { ...small, replicas: 30, policies: 30, pace: 1.5 },
    { ...small, replicas: 100, policies: 10, pace: 1.5 },
    { ...small, replicas: 10, policies: 100, pace: 1.5 },
  ];
}

function publish(block: string, text: string): void {
  console.log(text);
  if (!values.write) return;
  const document = readFileSync(DOCUMENT, 'utf8');
  const begin = `<!-- ${block}:begin -->\n`;
  const [head = '', rest] = document.split(begin);
  if (rest === undefined) throw new Error(`Expected ${begin.trim()} in ${DOCUMENT}, found none`);
  writeFileSync(
    DOCUMENT,
    `${head}${begin}${text}${rest.slice(rest.indexOf(`<!-- ${block}:end -->`))}`,
  );
}

function positive(name: 'replicas' | 'policies' | 'minutes' | 'pace'): number {
  const number = Number(values[name]);
  if (!(number > 0)) {
    console.error(`Expected --${name} to be a number above 0, got ${JSON.stringify(values[name])}`);
    process.exit(2);
  }
  return number;
}
