import { execFileSync } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { ATTR_POLICY_NAME } from '../../src/semconv/attributes.ts';
import { labelName } from '../../src/semconv/prometheus.ts';
import { policyName } from './behaviour.ts';

const STEP_SECONDS = 60;

export interface Past {
  /** Names of recorded series. */
  readonly names: readonly string[];
  readonly policies: number;
  readonly job: string;
  readonly days: number;
  /** Where it ends, in seconds of the clock. */
  readonly until: number;
}

/**
 * Days of recorded series, as if the rules had been loaded long ago: the long windows of rules and
 * panels then read as much as they would. Raw series of days nobody reads.
 */
export async function writeHistory(folder: string, file: string, past: Past): Promise<void> {
  await pipeline(Readable.from(openMetrics(past)), createWriteStream(file));
  execFileSync('promtool', ['tsdb', 'create-blocks-from', 'openmetrics', file, folder], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  await rm(file);
}

function* openMetrics({ names, policies, job, days, until }: Past): Generator<string> {
  const label = labelName(ATTR_POLICY_NAME, 'prometheus-exporter');
  for (const name of names) {
    yield `# TYPE ${name} gauge\n`;
    const subjects = name.startsWith('policy:')
      ? Array.from({ length: policies }, (_, i) => `,${label}="${policyName(i)}"`)
      : [''];
    for (const subject of subjects) {
      const head = `${name}{job="${job}"${subject}}`;
      const lines: string[] = [];
      for (let at = until - days * 86_400; at < until; at += STEP_SECONDS) {
        lines.push(`${head} ${plausible(name)} ${at}\n`);
      }
      yield lines.join('');
    }
  }
  yield '# EOF\n';
}

function plausible(name: string): number {
  const few = /unanswered|recover/.test(name) ? 0.01 : 1;
  return (/ratio/.test(name) ? 0.005 : 1000) * few * (0.8 + 0.4 * Math.random());
}
