import { play } from './scenario.ts';
import { tables } from './scenarios/fallback.ts';

play(tables);
