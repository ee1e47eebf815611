/** What a panel asks and says; how it looks is decided in one place for all of them. */
export type Panel = Graph | Table;

interface Said {
  readonly title: string;
  /** What one sees, and what to make of it. */
  readonly description: string;
  /** What it means that there is nothing to see. */
  readonly noData: string;
  /** Whether what is shown leads to the dashboard of its policy; then `job` and policy are asked for. */
  readonly toPolicy?: boolean;
}

export interface Graph extends Said {
  /**
   * - `stat`: one number, now
   * - `ranking`: a bar for each policy, now
   * - `lines`: one line for each policy
   * - `stack`: parts of a whole
   * - `parts`: the same, as shares of it
   * - `bars`: events, as they happened
   * - `states`: a band for each policy that changes its color
   */
  readonly kind: 'stat' | 'ranking' | 'lines' | 'stack' | 'parts' | 'bars' | 'states';
  /** Of Grafana. */
  readonly unit: string;
  /** Digits after the point, where Grafana's own choice hides what matters. */
  readonly decimals?: number;
  readonly queries: readonly Query[];
  /** The documented limit. */
  readonly limit?: Limit;
  /** A text and a color for each value, from 0 on. */
  readonly values?: readonly ValueText[];
  /** Whether a `stat` shows the name of its series instead of the value. */
  readonly showsName?: boolean;
  /** A color for each name of a series, where the name tells good from bad. */
  readonly colors?: Readonly<Record<string, string>>;
}

export interface ValueText {
  readonly text: string;
  readonly color: string;
}

export interface Query {
  readonly expr: string;
  /** The name of a series; none where there is but one. */
  readonly legend?: string;
  /** Whether it is a limit that services report themselves, and is drawn as such. */
  readonly isLimit?: boolean;
}

/** A row for each combination of labels, now. */
export interface Table extends Said {
  readonly kind: 'table';
  /** The labels that make a row, and what their columns are called. */
  readonly rows: readonly Row[];
  readonly columns: readonly Column[];
  /** The title of the column by which it is sorted, so that the worst is at the top. */
  readonly sortedBy: { readonly title: string; readonly order: 'rising' | 'falling' };
}

export interface Row {
  readonly label: string;
  readonly title: string;
}

export interface Column {
  readonly title: string;
  readonly unit: string;
  readonly decimals?: number;
  readonly expr: string;
  readonly limit?: Limit;
  /** A text and a color for each value, from 1 on. */
  readonly values?: readonly ValueText[];
}

export interface Limit {
  readonly value: number;
  /** On which side of it something is wrong; the value itself is wrong above, and right below. */
  readonly bad: 'above' | 'below';
}

export const NO_CALLS = 'no such call was made in that time, or no replica reports.';

export const NOT_RECORDED =
  'nothing was called, the recording rules of this pack are not loaded, or one replica is chosen: ' +
  'what is recorded is of all replicas.';

/** What a policy's row, line or band is called. */
export const POLICY_TITLE = 'Policy';
