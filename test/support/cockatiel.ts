import * as v4 from 'cockatiel';
import * as v3 from 'cockatiel3';

/** The package as 4.x types it; 3.2 has the same functions but for `halfOpenSampling`. */
export type Cockatiel = typeof v4;

/** Both majors, for `describe.each`. */
export const majors: readonly { readonly major: 3 | 4; readonly cockatiel: Cockatiel }[] = [
  { major: 3, cockatiel: v3 as unknown as Cockatiel },
  { major: 4, cockatiel: v4 },
];
