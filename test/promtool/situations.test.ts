import { expect, it } from 'vitest';
import { SITUATIONS } from './scenarios/situations.ts';
import { offence, SITUATION_SAMPLINGS } from './situation.ts';

it.each(SITUATIONS)(
  '$title',
  async (situation) => {
    const found = await Promise.all(
      SITUATION_SAMPLINGS.map((sampling) => offence(situation, sampling)),
    );
    expect(found.filter((failure) => failure !== undefined)).toEqual([]);
  },
  180_000,
);
