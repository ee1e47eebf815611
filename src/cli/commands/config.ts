import { type Command, Option } from 'commander';
import { PRESET_NAMES } from '../../presets/presets.ts';

interface Options {
  readonly preset?: string;
  readonly changed?: boolean;
  readonly json?: boolean;
}

/** `cockatiel-otel config`: the settings of the presets in this environment. */
export function addConfig(program: Command): void {
  program
    .command('config')
    .summary('print the settings of each preset, and the source of each value')
    .description(
      'Prints the settings of each preset in this environment, and the variable that sets each value. ' +
        'If a variable with the prefix RESILIENCE_ is invalid, lists all invalid variables and exits with 1.',
    )
    .addOption(new Option('--preset <name>', 'only this preset').choices(PRESET_NAMES))
    .option('--changed', 'only values that environment variables set')
    .option('--json', 'print JSON')
    .addHelpText('after', HELP)
    .action(async ({ preset, changed = false, json = false }: Options) => {
      const { configurationReport, reportJson, reportTable } = await import(
        '../output/config-report.ts'
      );
      const report = configurationReport().filter(
        (row) => (!preset || row.preset === preset) && (!changed || row.from !== 'preset'),
      );
      process.stdout.write(json ? reportJson(report) : reportTable(report));
    });
}

const HELP = `
Examples:
  $ cockatiel-otel config --preset http
  $ RESILIENCE_RETRY_MAX_ATTEMPTS=5 cockatiel-otel config --changed
  $ cockatiel-otel config --json | jq '.[] | select(.setting == "timeout.duration")'
`;
