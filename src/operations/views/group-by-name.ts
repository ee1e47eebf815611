/** Groups what has a name. (`Map.groupBy` is not in Node 20.) */
export function groupByName<T extends { readonly name: string }>(
  all: readonly T[],
): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const each of all) {
    const group = groups.get(each.name);
    if (group) group.push(each);
    else groups.set(each.name, [each]);
  }
  return groups;
}

/**
 * An object for JSON, whatever the names are: each becomes a member of its own, `__proto__` too,
 * which an assignment would take for the prototype.
 */
export function toRecord<T>(entries: Iterable<readonly [string, T]>): Record<string, T> {
  return Object.fromEntries(entries);
}
