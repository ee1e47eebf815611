/** Names of policies as they stand in the names of environment variables. */

/** `my-service` and `myService` are both `MY_SERVICE`. */
export function upperSnake(name: string): string {
  return name
    .replaceAll(/(\p{Ll}|\p{N})(\p{Lu})/gu, '$1_$2')
    .replaceAll(/[^\p{L}\p{N}]+/gu, '_')
    .replaceAll(/^_+|_+$/g, '')
    .toUpperCase();
}

/** By variable: whose it is, and how many policies of that name there are. */
const claimed = new Map<string, { readonly name: string; policies: number }>();

/**
 * @returns what gives the variables back
 * @throws TypeError if another name has the same variables: the environment could not mean one of them
 */
export function claim(name: string): () => void {
  const variable = upperSnake(name);
  if (variable === '') return () => {};
  const claims = claimed.get(variable) ?? { name, policies: 0 };
  if (claims.name !== name) {
    throw new TypeError(
      `Expected \`name\` to differ from ${JSON.stringify(claims.name)} in the names of environment variables, ` +
        `where both are ${variable}, got ${JSON.stringify(name)}`,
    );
  }
  claims.policies++;
  claimed.set(variable, claims);
  let released = false;
  return () => {
    if (released) return;
    released = true;
    if (--claims.policies === 0) claimed.delete(variable);
  };
}
