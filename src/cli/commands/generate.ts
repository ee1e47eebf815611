import type { Command } from 'commander';
import type { Files } from '../../generate/formats/write-files.ts';
import type { GenerateOptions } from '../../generate/index.ts';
import { THRESHOLDS } from '../../generate/options/limits.ts';
import { DASHBOARD_FORMATS, RULE_FORMATS, WHATS } from '../../generate/options/selection.ts';
import { NAMINGS } from '../../semconv/prometheus.ts';
import { parseList, parsePair, parseSeconds, parseThreshold } from '../options/values.ts';

interface Options extends Omit<GenerateOptions, 'what' | 'format' | 'thresholds'> {
  readonly out: string;
  readonly format?: readonly string[];
  readonly set?: Readonly<Record<string, unknown>>;
  readonly label?: Readonly<Record<string, string>>;
}

const STDOUT = '-';

/** `cockatiel-otel generate`: the options of `generate()` on the command line. */
export function addGenerate(program: Command): void {
  program
    .command('generate')
    .summary('write Grafana dashboards, Prometheus rules and an Alertmanager example')
    .description(
      'Writes Grafana dashboards and Prometheus alert rules for the metrics of cockatiel-otel.',
    )
    .argument('[what...]', `${WHATS.join(', ')} (default: dashboards and rules)`)
    .option(
      '--naming <strategy>',
      `how metric names are translated for Prometheus: ${NAMINGS.join(', ')} (default: ${NAMINGS[0]})`,
    )
    .option(
      '--format <list>',
      `one or several; dashboards: ${DASHBOARD_FORMATS.join(', ')}; rules: ${RULE_FORMATS.join(', ')} ` +
        '(default: classic and prometheus)',
      parseList,
    )
    .option('--out <dir>', 'folder for the files, or - for standard output', '.')
    .option(
      '--set <threshold=value>',
      'change a threshold, for all policies or for one; repeatable',
      parseThreshold,
    )
    .option('--job-label <name>', 'label of a service (default: job)')
    .option(
      '--group-labels <list>',
      'labels that identify a service, such as cluster,namespace,job (default: the job label)',
      parseList,
    )
    .option('--instance-label <name>', 'label of a replica (default: instance)')
    .option(
      '--metric-prefix <name>',
      'prefix of every metric name, such as the namespace of a Collector (default: none)',
    )
    .option(
      '--histograms <kind>',
      'how Prometheus stores the histograms that rules read: classic, native (default: classic)',
    )
    .option('--without <list>', 'names of alerts to omit', parseList)
    .option(
      '--scrape-interval <time>',
      'time between two samples, such as 30s or 1m (default: 15s, or 1m for an OTLP naming)',
      parseSeconds,
    )
    .option('--runbook-base <url>', 'base URL of the runbooks (default: this version on jsDelivr)')
    .option('--dashboard-base <url>', 'URL of Grafana, for links to dashboards (default: no links)')
    .option('--uid-suffix <name>', 'suffix of dashboard uids, such as otlp (default: none)')
    .option(
      '--datasource-uid <uid>',
      'Prometheus data source for alert rules in the format grafana (default: prometheus)',
    )
    .option('--label <key=value>', 'additional label of Kubernetes objects; repeatable', parsePair)
    .addHelpText('after', toHelp)
    .action(async (what: string[], options: Options, command: Command) => {
      const [{ generate }, { writeFiles }] = await Promise.all([
        import('../../generate/index.ts'),
        import('../../generate/formats/write-files.ts'),
      ]);
      const files = generateFiles(generate, what, options, command);
      if (options.out === '') command.error('error: Expected --out to be a folder or -, got ""');
      if (options.out === STDOUT) {
        process.stdout.write(toStream(files));
      } else {
        writeFiles(options.out, files);
        for (const path of Object.keys(files)) console.log(path);
      }
    });
}

/** `generate()` validates the values, so that it does so for callers in code as well. */
function generateFiles(
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
    return command.error(`error: ${withFlagNames(error.message)}`, { exitCode: 2 });
  }
}

/** Replaces names of options in a message by their flags. */
function withFlagNames(message: string): string {
  return message
    .replace('`options.what`', 'what')
    .replace('`options.labels`', '--label')
    .replace(
      /`options\.(\w+)`/,
      (_, name: string) => `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`,
    );
}

/** Several files become the documents of one YAML stream; JSON is valid YAML. */
function toStream(files: Files): string {
  const entries = Object.entries(files);
  if (entries.length === 1) return entries.map(([, content]) => content).join('');
  return entries.map(([path, content]) => `---\n# ${path}\n${content}`).join('');
}

function toHelp(): string {
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

Default thresholds:
${thresholds.join('\n')}
`;
}
