import { execFile } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { ATTR_POLICY_NAME } from '../../src/semconv/attributes.ts';
import { labelName } from '../../src/semconv/prometheus.ts';
import { policyName } from './behaviour.ts';

/** The interval of the group of recording rules. */
const STEP_SECONDS = 120;
const PART_SECONDS = 6 * 3600;

const run = promisify(execFile);

export interface History {
  /** Names of recorded series. */
  readonly names: readonly string[];
  readonly policies: number;
  readonly job: string;
  readonly days: number;
  /** Unix time at which it ends. */
  readonly until: number;
}

/** Writes days of recorded series, so that long windows of rules and panels read as much as in production. */
export async function writeHistory(folder: string, file: string, history: History): Promise<void> {
  // Promtool reads the whole file again for every two hours in it, so each file is short.
  const start = history.until - history.days * 86_400;
  for (let from = start; from < history.until; from += PART_SECONDS) {
    const part = openMetrics(history, from, Math.min(from + PART_SECONDS, history.until));
    await pipeline(Readable.from(part), createWriteStream(file));
    await run('promtool', ['tsdb', 'create-blocks-from', 'openmetrics', file, folder]);
  }
  await rm(file);
}

function* openMetrics(
  { names, policies, job }: History,
  from: number,
  until: number,
): Generator<string> {
  const label = labelName(ATTR_POLICY_NAME, 'prometheus-exporter');
  for (const name of names) {
    yield `# TYPE ${name} gauge\n`;
    for (let policy = 0; policy < policies; policy++) {
      const head = `${name}{job="${job}",${label}="${policyName(policy)}"}`;
      const lines: string[] = [];
      for (let at = from; at < until; at += STEP_SECONDS) {
        lines.push(`${head} ${recordedValue(name)} ${at}\n`);
      }
      yield lines.join('');
    }
  }
  yield '# EOF\n';
}

function recordedValue(name: string): number {
  if (name.endsWith('max5m')) return 0;
  return (/unanswered/.test(name) ? 10 : 1000) * (0.8 + 0.4 * Math.random());
}
