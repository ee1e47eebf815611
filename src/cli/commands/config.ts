import { type Command, Option } from 'commander';
import { PRESET_NAMES } from '../../presets/presets.ts';

interface Options {
  readonly preset?: string;
  readonly changed?: boolean;
  readonly json?: boolean;
}

/** `cockatiel-otel config`: what documented policies are made of in this environment. */
export function addConfig(program: Command): void {
  program
    .command('config')
    .summary('print what documented policies are made of, and where each value came from')
    .description(
      'Prints the settings that each preset gets in this environment, and the variable that set ' +
        'them. Ends with 1, and lists every wrong variable, if one with the prefix RESILIENCE_ is wrong.',
    )
    .addOption(new Option('--preset <name>', 'only this preset').choices(PRESET_NAMES))
    .option('--changed', 'only what the environment has set')
    .option('--json', 'as JSON')
    .addHelpText('after', HELP)
    .action(async ({ preset, changed = false, json = false }: Options) => {
      // Its packages are loaded by who asks for it.
      const { configurationReport, reportJson, reportTable } = await import(
        '../../policies/config/report.ts'
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
  $ cockatiel-otel config --json | jq '.[] | select(.setting == "timeout.seconds")'
`;
