/** What a panel asks and says; how it looks is decided in one place for all of them. */
export interface Panel {
  /**
   * - `stat`: one number, now
   * - `lines`: one line for each policy
   * - `stack`: parts of a whole
   * - `states`: a band for each policy that changes its colour
   */
  readonly kind: 'stat' | 'lines' | 'stack' | 'states';
  readonly title: string;
  /** What one sees, and what to make of it. */
  readonly description: string;
  /** What it means that there is nothing to see. */
  readonly noData: string;
  /** Of Grafana. */
  readonly unit: string;
  readonly query: string;
  /** The name of a series; none where there is but one. */
  readonly legend?: string;
  /** The documented limit. */
  readonly limit?: Limit;
  /** A text and a colour for each value, from 0 on. */
  readonly values?: readonly { readonly text: string; readonly color: string }[];
}

export interface Limit {
  readonly value: number;
  /** On which side of it something is wrong; the value itself is wrong above, and right below. */
  readonly bad: 'above' | 'below';
}

export const NO_CALLS = 'no such call was made in that time, or no replica reports.';
