/** The content of a panel. `build-panel.ts` decides how each kind looks. */
export type Panel = Graph | Table;

interface PanelText {
  readonly title: string;
  /** What the panel shows, what is normal, and what to do otherwise. */
  readonly description: string;
  /** Why the panel may have no data. */
  readonly noData: string;
  /** Whether series or rows link to the dashboard of their policy; they need the labels of a policy. */
  readonly linksToPolicy?: boolean;
}

export interface Graph extends PanelText {
  /**
   * - `stat`: one current number
   * - `ranking`: a bar per series, of the current values
   * - `lines`: a line per series
   * - `stack`: parts of a whole
   * - `shares`: parts of a whole, in percent
   * - `bars`: events
   * - `states`: a band per series, colored by its value
   */
  readonly kind: 'stat' | 'ranking' | 'lines' | 'stack' | 'shares' | 'bars' | 'states';
  /** A unit ID of Grafana. */
  readonly unit: string;
  /** Decimal places, where Grafana's default hides relevant ones. */
  readonly decimals?: number;
  readonly queries: readonly Query[];
  readonly limit?: Limit;
  /** A text and a color for each value, from 0 on. */
  readonly values?: readonly ValueText[];
  /** Whether a `stat` shows the name of its series instead of the value. */
  readonly showsName?: boolean;
  /** Colors by the names of series, for names that are good or bad. */
  readonly colors?: Readonly<Record<string, string>>;
}

export interface ValueText {
  readonly text: string;
  readonly color: string;
}

export interface Query {
  readonly expr: string;
  /** The legend of the series, unless there is only one. */
  readonly legend?: string;
  /** Whether it is a limit that services report. A dashed line shows it. */
  readonly isLimit?: boolean;
}

/** A table of current values with a row per combination of labels. */
export interface Table extends PanelText {
  readonly kind: 'table';
  readonly rows: readonly Row[];
  readonly columns: readonly Column[];
  /** The title of the column that sorts the table, with the worst row at the top. */
  readonly sortedBy: { readonly title: string; readonly order: 'ascending' | 'descending' };
}

/** A label that identifies rows, and the title of its column. */
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
  /** The bad side. The value itself is bad for `above` and good for `below`. */
  readonly bad: 'above' | 'below';
}

export const NO_CALLS = 'no such call in this time, or no replica reports.';

export const NO_DURATIONS = `${NO_CALLS} Or the option \`durations\` of \`instrument\` is false.`;

export const NOT_RECORDED =
  'no call in this time, the recording rules of this package are not loaded, or one replica is ' +
  'selected: recorded series are sums of all replicas.';

/** The title of the column with policy names. */
export const POLICY_TITLE = 'Policy';
