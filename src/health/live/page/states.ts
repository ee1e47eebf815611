/** How a state is shown: never by colour alone. */
export const STATES: Readonly<Record<string, { readonly shape: string; readonly word: string }>> = {
  open: { shape: '▲', word: 'Open' },
  isolated: { shape: '■', word: 'Isolated' },
  half_open: { shape: '◐', word: 'Half-open' },
  closed: { shape: '●', word: 'Closed' },
  none: { shape: '–', word: 'No breaker' },
};

export function stateOf(state: string | undefined): { shape: string; word: string } {
  return STATES[state ?? 'none'] ?? { shape: '?', word: state ?? '' };
}
