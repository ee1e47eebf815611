/** An error that names the option, the expected and the received value. */
export function optionError(option: string, expected: string, received: unknown): TypeError {
  const value = typeof received === 'string' ? JSON.stringify(received) : String(received);
  return new TypeError(`Expected \`options.${option}\` to be ${expected}, got ${value}`);
}
