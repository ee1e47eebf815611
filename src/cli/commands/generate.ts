import type { Command } from 'commander';
import type { GenerateOptions } from '../../generate/index.ts';
import { THRESHOLDS } from '../../generate/limits.ts';
import { DASHBOARD_FORMATS, RULE_FORMATS, WHATS } from '../../generate/selection.ts';
import type { Files } from '../../generate/write-files.ts';
import { NAMINGS } from '../../semconv/prometheus.ts';
import { listed, pair, seconds, threshold } from '../option-values.ts';

interface Options extends Omit<GenerateOptions, 'what' | 'format' | 'thresholds'> {
  readonly out: string;
  readonly format?: readonly string[];
  readonly set?: Readonly<Record<string, unknown>>;
  readonly label?: Readonly<Record<string, string>>;
}

const STDOUT = '-';

/** `cockatiel-otel generate`: the options of `generate()`, spelled as a shell has them. */
export function addGenerate(program: Command): void {
  program
    .command('generate')
    .summary('write Grafana dashboards, Prometheus rules and an Alertmanager configuration')
    .description(
      'Writes Grafana dashboards and Prometheus alert rules for the metrics of cockatiel-otel.',
    )
    .argument('[what...]', `${WHATS.join(', ')} (default: dashboards and rules)`)
    .option(
      '--naming <road>',
      `the road of the metrics to Prometheus: ${NAMINGS.join(', ')} (default: ${NAMINGS[0]})`,
    )
    .option(
      '--format <list>',
      `one or several; dashboards: ${DASHBOARD_FORMATS.join(', ')}; rules: ${RULE_FORMATS.join(', ')} ` +
        '(default: classic and prometheus)',
      listed,
    )
    .option('--out <dir>', 'where to write the files, or - for standard output', '.')
    .option(
      '--set <threshold=value>',
      'another documented threshold, of all policies or of one; repeatable',
      threshold,
    )
    .option('--job-label <name>', 'the label of a service (default: job)')
    .option(
      '--group-labels <list>',
      'the labels that identify a service, such as cluster,namespace,job (default: the job label)',
      listed,
    )
    .option('--instance-label <name>', 'the label of a replica (default: instance)')
    .option(
      '--metric-prefix <name>',
      'what stands before every metric name, such as the namespace of a Collector (default: none)',
    )
    .option(
      '--histograms <kind>',
      'how Prometheus keeps histograms that rules read: classic, native (default: classic)',
    )
    .option('--without <list>', 'names of alerts to leave out', listed)
    .option(
      '--scrape-interval <time>',
      'between two samples, such as 30s or 1m (default: 15s, or 1m where the naming is of OTLP)',
      seconds,
    )
    .option('--runbook-base <url>', 'where the runbooks are (default: jsDelivr, of this version)')
    .option(
      '--dashboard-base <url>',
      'the URL of Grafana, for links to dashboards (default: no links)',
    )
    .option(
      '--uid-suffix <name>',
      'what the uids of dashboards end with, such as otlp (default: nothing)',
    )
    .option(
      '--datasource-uid <uid>',
      'the Prometheus that alert rules of the format grafana ask (default: prometheus)',
    )
    .option('--label <key=value>', 'another label of what is for Kubernetes; repeatable', pair)
    .addHelpText('after', help)
    .action(async (what: string[], options: Options, command: Command) => {
      // Their packages are loaded by who asks for them.
      const [{ generate }, { writeFiles }] = await Promise.all([
        import('../../generate/index.ts'),
        import('../../generate/write-files.ts'),
      ]);
      const files = made(generate, what, options, command);
      if (options.out === '') command.error('error: Expected --out to be a folder or -, got ""');
      if (options.out === STDOUT) {
        process.stdout.write(stream(files));
      } else {
        writeFiles(options.out, files);
        for (const path of Object.keys(files)) console.log(path);
      }
    });
}

/** What the options are for is checked where they are used, also for those who call from code. */
function made(
  generate: (options: GenerateOptions) => Files,
  what: readonly string[],
  options: Options,
  command: Command,
): Files {
  const { out: _, set, label, ...rest } = options;
  try {
    return generate({
      ...rest,
      ...(what.length > 0 ? { what } : {}),
      ...(set ? { thresholds: set } : {}),
      ...(label ? { labels: label } : {}),
    } as GenerateOptions);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return command.error(`error: ${spelled(error.message)}`, { exitCode: 2 });
  }
}

/** The names of options as they were given here. */
function spelled(message: string): string {
  return message
    .replace('`options.what`', 'what')
    .replace('`options.labels`', '--label')
    .replace(
      /`options\.(\w+)`/,
      (_, name: string) => `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`,
    );
}

/** Several files as documents of one stream, of which YAML knows the border; JSON is YAML. */
function stream(files: Files): string {
  const entries = Object.entries(files);
  if (entries.length === 1) return entries.map(([, content]) => content).join('');
  return entries.map(([path, content]) => `---\n# ${path}\n${content}`).join('');
}

function help(): string {
  const thresholds = Object.entries(THRESHOLDS).map(([name, value]) => `  ${name}=${value}`);
  return `
Examples:
  $ cockatiel-otel generate --out monitoring
  $ cockatiel-otel generate --naming otlp --set latency.seconds=1 --set timeouts.ratio=0.1
  $ cockatiel-otel generate --set 'latency.seconds{policy="llm"}=30'
  $ cockatiel-otel generate rules alertmanager --group-labels cluster,namespace,job
  $ cockatiel-otel generate rules --format prometheus-rule --label release=prometheus --out -
  $ cockatiel-otel generate --format configmap,prometheus-rule --out - | kubectl apply -f -
  $ cockatiel-otel generate dashboards --naming otlp --uid-suffix otlp
  $ cockatiel-otel generate alertmanager --out /etc/alertmanager

Thresholds, as they are documented:
${thresholds.join('\n')}
`;
}
