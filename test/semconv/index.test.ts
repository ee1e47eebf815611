import { expect, it } from 'vitest';
import * as attributes from '../../src/semconv/attributes.ts';
import * as events from '../../src/semconv/events.ts';
import * as semconv from '../../src/semconv/index.ts';

it('the subpath `semconv` exports the names of all attributes and events, and the catalog', () => {
  const names = [...Object.keys(attributes), ...Object.keys(events)].filter((name) =>
    /^(ATTR|EVENT)_/.test(name),
  );
  expect(Object.keys(semconv).sort()).toEqual(
    [...names, 'CONNECTION_METRICS', 'METRICS', 'POOL_METRICS'].sort(),
  );
});
