/** What is wrong with an option: what it must be, and what came. */
export function optionError(option: string, what: string, got: unknown): TypeError {
  const value = typeof got === 'string' ? JSON.stringify(got) : String(got);
  return new TypeError(`Expected \`options.${option}\` to be ${what}, got ${value}`);
}
