/** The cell of an unknown or missing value. */
export const UNKNOWN = '-';

/** The counts above 0: `120 success, 3 failure`. */
export function formatCounts(counts: Readonly<Record<string, number | null>>): string {
  const entries = Object.entries(counts).filter(([, count]) => count);
  return entries.length === 0
    ? '0'
    : entries.map(([name, count]) => `${count} ${name.replaceAll('_', ' ')}`).join(', ');
}

/** Sorts `policy-2` before `policy-10`, in the same order in every locale. */
export function compareNames(a: string, b: string): number {
  return collator.compare(a, b);
}

const collator = new Intl.Collator('en', { numeric: true });
