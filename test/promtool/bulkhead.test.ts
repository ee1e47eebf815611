import { play } from './scenario.ts';
import { tables } from './scenarios/bulkhead.ts';

play(tables);
