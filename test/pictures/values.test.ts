import { describe, expect, it } from 'vitest';
import { configOf, display, format, ticks } from '../../docs/pictures/values.ts';

describe('a value in a picture', () => {
  it.each([
    [0.00012, 'percentunit', '0.012%'],
    [0.5, 's', '500 ms'],
    [90, 's', '1.5 mins'],
    [5, 's', '5 s'],
    [12.345, 'ops', '12.3 ops/s'],
    [1500, 'short', '1.5 K'],
    [3000, 'none', '3000'],
    [0, 's', '0 s'],
  ])('writes %d in %s as %s', (value, unit, text) => {
    expect(format(value, unit)).toBe(text);
  });

  it('has the colour of the highest threshold that it has reached', () => {
    const thresholds = {
      steps: [
        { value: null, color: 'green' },
        { value: 1, color: '#ff0000' },
      ],
    };
    expect(display(1, { thresholds }).color).toBe('#ff0000');
    expect(display(0.9, { thresholds }).color).not.toBe('#ff0000');
  });

  it('has the text and the colour of its mapping', () => {
    const mappings = [
      { type: 'value', options: { 3: { text: 'open', color: '#ff0000' } } },
    ] as const;
    expect(display(3, { mappings })).toEqual({ text: 'open', color: '#ff0000' });
  });

  it('says what there is to say where there is none', () => {
    expect(display(undefined, { noValue: 'No data' }).text).toBe('No data');
    expect(display(Number.NaN, { noValue: 'No data' }).text).toBe('No data');
  });

  it('looks as the last override that means it has it', () => {
    const overrides = [
      { matcher: { id: 'byName', options: 'p95' }, properties: [{ id: 'unit', value: 's' }] },
      {
        matcher: { id: 'byRegexp', options: '/^p/' },
        properties: [{ id: 'custom.hidden', value: true }],
      },
      { matcher: { id: 'byFrameRefID', options: 'B' }, properties: [{ id: 'unit', value: 'ms' }] },
    ];
    expect(configOf({ name: 'p95', refId: 'A' }, { unit: 'none' }, overrides)).toEqual({
      unit: 's',
      custom: { hidden: true },
    });
    expect(configOf({ name: 'x', refId: 'B' }, { unit: 'none' }, overrides)).toEqual({
      unit: 'ms',
    });
  });
});

describe('an axis of a picture', () => {
  it('has tidy ticks that hold all values', () => {
    expect(ticks(0, 97, 5)).toEqual([0, 20, 40, 60, 80, 100]);
    expect(ticks(0, 0.00007, 4)).toEqual([0, 0.00002, 0.00004, 0.00006, 0.00008]);
    expect(ticks(0, 1, 2)).toEqual([0, 0.5, 1]);
  });
});
