import { expect, it } from 'vitest';
import { SITUATIONS } from './scenarios/situations.ts';
import { offence, SITUATION_SAMPLINGS } from './situation.ts';

it.each(SITUATIONS)(
  '$says',
  async (situation) => {
    const found = await Promise.all(SITUATION_SAMPLINGS.map((road) => offence(situation, road)));
    expect(found.filter((each) => each !== undefined)).toEqual([]);
  },
  180_000,
);
