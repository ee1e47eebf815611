/** Names of policies in the names of environment variables. */

/** Converts to upper snake case: `my-service` and `myService` become `MY_SERVICE`. */
export function upperSnake(name: string): string {
  return name
    .replaceAll(/(\p{Ll}|\p{N})(\p{Lu})/gu, '$1_$2')
    .replaceAll(/[^\p{L}\p{N}]+/gu, '_')
    .replaceAll(/^_+|_+$/g, '')
    .toUpperCase();
}

/** By name in upper snake case: the policy name that uses it, and the number of its policies. */
const claims = new Map<string, { readonly name: string; policies: number }>();

/**
 * Claims the upper snake case of a policy's name, so that its variables belong to one name.
 *
 * @returns a function that releases the claim
 * @throws TypeError if another name has the same upper snake case
 */
export function claimVariableName(name: string): () => void {
  const variableName = upperSnake(name);
  if (variableName === '') return () => {};
  const claim = claims.get(variableName) ?? { name, policies: 0 };
  if (claim.name !== name) {
    throw new TypeError(
      `Expected \`name\` to differ from ${JSON.stringify(claim.name)} in the names of environment variables, ` +
        `where both are ${variableName}, got ${JSON.stringify(name)}`,
    );
  }
  claim.policies++;
  claims.set(variableName, claim);
  let isReleased = false;
  return () => {
    if (isReleased) return;
    isReleased = true;
    if (--claim.policies === 0) claims.delete(variableName);
  };
}
