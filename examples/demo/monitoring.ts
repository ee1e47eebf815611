import { rmSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { generate } from 'cockatiel-otel/generate';
import { Cleanup } from './cleanup.ts';
import { SLOW_SECONDS } from './health.ts';
import { findProgram, startProgram } from './processes.ts';
import { SCALE, scaled } from './scale.ts';

export interface Monitoring {
  readonly prometheus: string;
  readonly alertmanager: string;
  readonly stop: () => Promise<void>;
  /** Resolves when one of the two programs has ended. */
  readonly ended: Promise<unknown>;
}

export interface Programs {
  readonly prometheus: string;
  readonly alertmanager: string;
}

/** Finds the two programs, or names those that are not on the PATH. */
export function findPrograms(): Programs | { readonly missing: string } {
  const prometheus = findProgram('prometheus');
  // The second name is that of Debian.
  const alertmanager = findProgram('alertmanager', 'prometheus-alertmanager');
  if (prometheus && alertmanager) return { prometheus, alertmanager };
  const missing = [
    ...(prometheus ? [] : ['prometheus']),
    ...(alertmanager ? [] : ['alertmanager']),
  ];
  return { missing: missing.join(' and ') };
}

/** The usual interval of 15 s, divided by the scale. */
const INTERVAL = `${scaled(15)}ms`;

/**
 * Starts a Prometheus that scrapes `target` and evaluates the rules with all windows divided by the
 * scale, and an Alertmanager. Both listen on loopback and use a temporary directory.
 */
export async function startMonitoring(
  programs: Programs,
  target: URL,
  pager: string,
): Promise<Monitoring> {
  const closing = new Cleanup();
  try {
    const folder = await mkdtemp(join(tmpdir(), 'cockatiel-otel-demo-'));
    const remove = () => rmSync(folder, { recursive: true, force: true });
    process.once('exit', remove);
    closing.defer(() => {
      process.off('exit', remove);
      return rm(folder, { recursive: true, force: true });
    });
    const write = async (path: string, content: string) => {
      const file = join(folder, path);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, content);
      return file;
    };

    const alertmanager = await startProgram(programs.alertmanager, [
      `--config.file=${await write('alertmanager.yml', JSON.stringify(alertmanagerConfig(pager)))}`,
      `--storage.path=${join(folder, 'alertmanager')}`,
      '--web.listen-address=127.0.0.1:0',
      '--cluster.listen-address=',
    ]);
    closing.defer(alertmanager.stop);

    const rules: string[] = [];
    const thresholds = { 'healthCheck.seconds': SLOW_SECONDS };
    const files = generate({ what: 'rules', timeScale: SCALE, thresholds });
    for (const [path, content] of Object.entries(files)) {
      if (path.startsWith('alerts/')) rules.push(await write(path, content));
    }
    const config = prometheusConfig(target, new URL(alertmanager.url).host, rules);
    const prometheus = await startProgram(programs.prometheus, [
      `--config.file=${await write('prometheus.yml', JSON.stringify(config))}`,
      `--storage.tsdb.path=${join(folder, 'prometheus')}`,
      '--web.listen-address=127.0.0.1:0',
      // Alerts that Alertmanager missed at its start are sent again soon.
      '--rules.alert.resend-delay=1s',
    ]);
    closing.defer(prometheus.stop);
    await waitUntilReady(prometheus.url);
    return {
      prometheus: prometheus.url,
      alertmanager: alertmanager.url,
      stop: () => closing.run(),
      ended: Promise.race([prometheus.ended, alertmanager.ended]),
    };
  } catch (error) {
    await closing.run();
    throw error;
  }
}

/** Prometheus accepts JSON, because JSON is YAML. */
function prometheusConfig(target: URL, alertmanager: string, rules: readonly string[]) {
  return {
    global: {
      scrape_interval: INTERVAL,
      scrape_timeout: INTERVAL,
      evaluation_interval: INTERVAL,
    },
    rule_files: rules,
    alerting: { alertmanagers: [{ static_configs: [{ targets: [alertmanager] }] }] },
    scrape_configs: [
      {
        job_name: 'demo',
        metrics_path: target.pathname,
        static_configs: [{ targets: [target.host] }],
      },
    ],
  };
}

function alertmanagerConfig(pager: string) {
  return {
    route: {
      receiver: 'pager',
      // Sends each alert separately and at once.
      group_by: ['...'],
      group_wait: '0s',
      group_interval: '1s',
      repeat_interval: '1h',
    },
    receivers: [{ name: 'pager', webhook_configs: [{ url: pager, send_resolved: true }] }],
  };
}

async function waitUntilReady(prometheus: string): Promise<void> {
  const url = new URL('/-/ready', prometheus);
  while (!(await fetch(url).catch(() => undefined))?.ok) await sleep(50);
}
