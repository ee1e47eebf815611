import { byId, setText } from './dom.ts';

const THEMES = ['auto', 'dark', 'light'] as const;
const KEY = 'cockatiel-otel-theme';

/** Prepares the theme button. The theme follows the system until the user chooses. */
export function prepareTheme(onChange: () => void): void {
  const button = byId('theme');
  let theme = loadTheme();
  const show = () => {
    document.documentElement.dataset['theme'] = theme;
    setText(button, `Theme: ${theme}`);
    onChange();
  };
  button.addEventListener('click', () => {
    theme = THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length] ?? 'auto';
    saveTheme(theme);
    show();
  });
  for (const query of ['(prefers-color-scheme: dark)', '(forced-colors: active)']) {
    matchMedia(query).addEventListener('change', onChange);
  }
  show();
}

function loadTheme(): (typeof THEMES)[number] {
  try {
    return THEMES.find((theme) => theme === localStorage.getItem(KEY)) ?? 'auto';
  } catch {
    return 'auto';
  }
}

function saveTheme(theme: string): void {
  try {
    localStorage.setItem(KEY, theme);
  } catch {
    // The browser may forbid storage.
  }
}
