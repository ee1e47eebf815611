import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { Cleanup } from '../../examples/demo/cleanup.ts';
import { findProgram, startProgram } from '../../examples/demo/processes.ts';
import { generate } from '../../src/generate/index.ts';
import { writeHistory } from './history.ts';

export const SCRAPE_SECONDS = 15;
export const JOB = 'fleet';
const HISTORY_DAYS = 3;
/** Time for running scrapes and evaluations to end. */
const REST_MS = 15_000;

export interface Size {
  readonly replicas: number;
  readonly policies: number;
}

export interface Fleet {
  readonly prometheus: string;
  /** Stops scrapes and evaluations. Queries still work. */
  readonly rest: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

/**
 * Starts a synthetic fleet and a Prometheus that scrapes it with all rules loaded.
 *
 * @param pastSeconds seconds of earlier scrapes at a faster pace
 * @param pace seconds between two of the earlier scrapes
 */
export async function startFleet(size: Size, pastSeconds: number, pace: number): Promise<Fleet> {
  const program = findProgram('prometheus');
  if (program === undefined) throw new Error('Expected prometheus on the PATH, found none');
  const closing = new Cleanup();
  try {
    const folder = await mkdtemp(join(tmpdir(), 'cockatiel-otel-scale-'));
    const remove = () => rmSync(folder, { recursive: true, force: true });
    process.once('exit', remove);
    closing.defer(() => {
      process.off('exit', remove);
      return rm(folder, { recursive: true, force: true });
    });
    const rules = await writeRules(folder);
    const start = Math.floor(Date.now() / 1000) - pastSeconds;
    await writeHistory(join(folder, 'data'), join(folder, 'history'), {
      names: rules.recorded,
      policies: size.policies,
      job: JOB,
      days: HISTORY_DAYS,
      until: start - 60,
    });
    // Without earlier scrapes the time for writing the history is not caught up.
    const behind = pastSeconds > 0 ? Math.floor(Date.now() / 1000) - start : 0;
    const exporter = await startExporter(size, behind);
    closing.defer(() => exporter.child.kill());

    const file = join(folder, 'prometheus.yml');
    const configure = (interval: number, files: readonly string[]) =>
      // JSON is YAML.
      writeFile(file, JSON.stringify(configOf(size, exporter.port, interval, files)));
    await configure(pastSeconds > 0 ? pace : SCRAPE_SECONDS, pastSeconds > 0 ? [] : rules.files);
    const prometheus = await startProgram(program, [
      `--config.file=${file}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      '--web.listen-address=127.0.0.1:0',
      '--web.enable-lifecycle',
    ]);
    closing.defer(prometheus.stop);
    while (!(await fetch(`${prometheus.url}/-/ready`).catch(() => undefined))?.ok) await sleep(100);
    if (pastSeconds > 0) {
      // Each scrape at this pace catches up by the difference of the intervals.
      await sleep(((behind * pace) / (SCRAPE_SECONDS - pace) + 2 * pace) * 1000);
      await configure(SCRAPE_SECONDS, rules.files);
      await reload();
    }
    async function reload(): Promise<void> {
      await fetch(`${prometheus.url}/-/reload`, { method: 'POST' });
    }
    async function rest(): Promise<void> {
      await writeFile(file, JSON.stringify({}));
      await reload();
      await sleep(REST_MS);
    }
    return { prometheus: prometheus.url, rest, stop: () => closing.run() };
  } catch (error) {
    await closing.run();
    throw error;
  }
}

async function writeRules(folder: string): Promise<{ files: string[]; recorded: string[] }> {
  const files: string[] = [];
  const recorded: string[] = [];
  for (const [path, content] of Object.entries(generate())) {
    if (!path.startsWith('alerts/')) continue;
    const file = join(folder, path.replaceAll('/', '-'));
    await writeFile(file, content);
    files.push(file);
    const { groups } = parse(content) as { groups: { rules: { record?: string }[] }[] };
    recorded.push(...groups.flatMap(({ rules }) => rules.flatMap(({ record }) => record ?? [])));
  }
  return { files, recorded };
}

async function startExporter({ replicas, policies }: Size, pastSeconds: number) {
  const path = fileURLToPath(new URL('exporter.ts', import.meta.url));
  const args = [replicas, policies, pastSeconds, SCRAPE_SECONDS].map(String);
  const child: ChildProcess = fork(path, args, { execArgv: ['--import', 'tsx'] });
  const [port] = (await once(child, 'message')) as [number];
  return { child, port };
}

function configOf({ replicas }: Size, port: number, interval: number, files: readonly string[]) {
  return {
    global: {
      scrape_interval: `${interval * 1000}ms`,
      scrape_timeout: `${interval * 1000}ms`,
      evaluation_interval: `${SCRAPE_SECONDS}s`,
    },
    rule_files: files,
    scrape_configs: [
      {
        job_name: JOB,
        static_configs: Array.from({ length: replicas }, (_, replica) => ({
          targets: [`127.0.0.1:${port}`],
          labels: { __metrics_path__: `/${replica}`, instance: `10.0.0.${replica}:9464` },
        })),
      },
    ],
  };
}
