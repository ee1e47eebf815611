/** A, B, C and so on: what Grafana calls the queries of a panel. */
export function refId(index: number): string {
  if (index >= 26) throw new RangeError(`Expected 26 queries in a panel at most, got ${index + 1}`);
  return String.fromCharCode('A'.charCodeAt(0) + index);
}
