/** Names of policies as they stand in the names of environment variables. */

/** `my-service` and `myService` are both `MY_SERVICE`. */
export function upperSnake(name: string): string {
  return name
    .replaceAll(/(\p{Ll}|\p{N})(\p{Lu})/gu, '$1_$2')
    .replaceAll(/[^\p{L}\p{N}]+/gu, '_')
    .replaceAll(/^_+|_+$/g, '')
    .toUpperCase();
}

const claimed = new Map<string, string>();

/**
 * @throws TypeError if another name has the same variables: the environment could not mean one of them
 */
export function claim(name: string): void {
  const variable = upperSnake(name);
  const other = claimed.get(variable);
  if (other !== undefined && other !== name) {
    throw new TypeError(
      `Expected \`name\` to differ from ${JSON.stringify(other)} in the names of environment variables, ` +
        `where both are ${variable}, got ${JSON.stringify(name)}`,
    );
  }
  if (variable !== '') claimed.set(variable, name);
}
