import { byId, say } from './dom.ts';

const THEMES = ['auto', 'dark', 'light'] as const;
const KEY = 'cockatiel-otel-theme';

/** Follows the system until somebody chooses. */
export function prepareTheme(changed: () => void): void {
  const button = byId('theme');
  let theme = stored();
  const show = () => {
    document.documentElement.dataset['theme'] = theme;
    say(button, `Theme: ${theme}`);
    changed();
  };
  button.addEventListener('click', () => {
    theme = THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length] ?? 'auto';
    store(theme);
    show();
  });
  for (const query of ['(prefers-color-scheme: dark)', '(forced-colors: active)']) {
    matchMedia(query).addEventListener('change', changed);
  }
  show();
}

function stored(): (typeof THEMES)[number] {
  try {
    return THEMES.find((theme) => theme === localStorage.getItem(KEY)) ?? 'auto';
  } catch {
    return 'auto';
  }
}

function store(theme: string): void {
  try {
    localStorage.setItem(KEY, theme);
  } catch {
    // Not every browser lets a page keep something.
  }
}
