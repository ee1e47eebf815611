import { play } from './scenario.ts';
import { tables } from './scenarios/dependency.ts';

play(tables);
