import { describe, expect, it } from 'vitest';
import { type GenerateOptions, generate } from '../../src/generate/index.ts';

const WHATS = 'dashboards, rules, alertmanager, fleet, policy, alerts, recording-rules';
const DASHBOARDS = 'classic, configmap, provisioning';
const RULES = 'prometheus, prometheus-rule, mimir, grafana';

const RULE_FILES = ['alerts/resilience-alerts.yaml', 'alerts/resilience-recording-rules.yaml'];
const FLEET = 'dashboards/resilience-fleet.json';

/** Paths without those of the dashboard for one policy. */
const paths = (options: GenerateOptions) =>
  Object.keys(generate(options)).filter((path) => !path.includes('resilience-policy'));

describe('the selection of files', () => {
  it.each<[GenerateOptions, string[]]>([
    [{}, [...RULE_FILES, FLEET]],
    [{ what: 'rules' }, RULE_FILES],
    [{ what: ['alerts'] }, ['alerts/resilience-alerts.yaml']],
    [{ what: 'recording-rules' }, ['alerts/resilience-recording-rules.yaml']],
    [{ what: 'dashboards' }, [FLEET]],
    [{ what: 'fleet' }, [FLEET]],
    [{ what: 'alertmanager' }, ['alertmanager.yaml']],
    [{ what: ['fleet', 'fleet', 'alerts'] }, ['alerts/resilience-alerts.yaml', FLEET]],
  ])('%j selects %j', (options, expected) => {
    expect(paths(options)).toEqual(expected);
  });

  it.each<[GenerateOptions, string[]]>([
    [{ format: 'configmap' }, ['kubernetes/resilience-fleet.yaml']],
    [
      { format: ['mimir'] },
      ['mimir/resilience-alerts.yaml', 'mimir/resilience-recording-rules.yaml'],
    ],
    [
      { what: ['fleet', 'alerts'], format: ['configmap', 'prometheus-rule'] },
      ['kubernetes/resilience-alerts.yaml', 'kubernetes/resilience-fleet.yaml'],
    ],
    [{ what: ['fleet', 'alerts'], format: 'mimir' }, ['mimir/resilience-alerts.yaml', FLEET]],
    [
      { what: 'fleet', format: ['classic', 'provisioning'] },
      [FLEET, 'provisioning/dashboards/resilience.yaml'],
    ],
  ])('format %j selects %j', (options, expected) => {
    expect(paths(options)).toEqual(expected);
  });

  it('a single dashboard can be selected', () => {
    for (const what of ['fleet', 'policy'] as const) {
      expect(Object.keys(generate({ what }))).toEqual([`dashboards/resilience-${what}.json`]);
    }
  });

  it.each<[object, string]>([
    [{ what: 'everything' }, `\`options.what\` to be one of ${WHATS}, got "everything"`],
    [{ what: ['rules', 5] }, `\`options.what\` to be one of ${WHATS}, got 5`],
    [{ what: [] }, `\`options.what\` to be one or several of ${WHATS}, got ""`],
    [{ format: 'html' }, `\`options.format\` to be one of ${DASHBOARDS}, ${RULES}, got "html"`],
    [
      { what: 'alerts', format: 'configmap' },
      `\`options.format\` to be one of ${RULES} for alerts, got "configmap"`,
    ],
    [
      { what: 'fleet', format: 'mimir' },
      `\`options.format\` to be one of ${DASHBOARDS} for fleet, got "mimir"`,
    ],
    [
      { what: 'alertmanager', format: 'mimir' },
      '`options.format` to be none for alertmanager, got "mimir"',
    ],
  ])('%j is rejected', (options, message) => {
    expect(() => generate(options)).toThrow(new TypeError(`Expected ${message}`));
  });
});
