import { afterAll, beforeAll, expect, it } from 'vitest';
import { settingsOf } from '../../src/generate/options.ts';
import * as degradation from '../../src/generate/panels/degradation.ts';
import { Queries } from '../../src/generate/queries.ts';
import { type Sample, TestExporter } from '../support/exporter.ts';
import { moveDegradation } from '../support/traffic.ts';
import { missing } from './contract.ts';

const exporter = new TestExporter();
let samples: Sample[] = [];

beforeAll(async () => {
  await moveDegradation(exporter.provider, 'employee-profile');
  samples = await exporter.scrape();
});
afterAll(() => exporter.stop());

it.each(Object.values(degradation))('%o asks for what a scrape has', (panel) => {
  const { title, queries } = panel(new Queries(settingsOf({})));
  const asked = queries.map(({ expr }) => ({ where: title, expr, wanted: [] }));
  expect(asked.length).toBeGreaterThan(0);
  expect(missing(asked, samples)).toEqual([]);
  expect(missing(asked, [])).not.toEqual([]);
});
