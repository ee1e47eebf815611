/** The ID of a query within its panel: A, B, C. */
export function refId(index: number): string {
  if (index >= 26) throw new RangeError(`Expected at most 26 queries in a panel, got ${index + 1}`);
  return String.fromCharCode('A'.charCodeAt(0) + index);
}
