/** The selected theme: dark by default, stored in this browser. */
import { ref, watchEffect, type Ref } from 'vue';
import { createVuetify, type ThemeDefinition } from 'vuetify';
import { aliases, mdi } from 'vuetify/iconsets/mdi-svg';

export const THEMES = ['dark', 'light', 'night', 'system'] as const;
export type ThemeName = (typeof THEMES)[number];
type ResolvedTheme = Exclude<ThemeName, 'system'>;

const KEY = 'sequencer.theme';

function definition(dark: boolean, colors: [string, string, string, string, string, string]): ThemeDefinition {
  const [background, surface, text, primary, error, border] = colors;
  return {
    dark,
    colors: { background, surface, 'on-background': text, 'on-surface': text, primary, error },
    // Of utility classes such as border-t.
    variables: { 'border-color': border, 'border-opacity': 1 },
  };
}

export const vuetify = createVuetify({
  icons: { defaultSet: 'mdi', aliases, sets: { mdi } },
  theme: {
    defaultTheme: 'dark',
    themes: {
      dark: definition(true, ['#0b0d11', '#12151b', '#e2e6ec', '#5aa9ff', '#ff7070', '#232933']),
      light: definition(false, ['#f4f5f7', '#ffffff', '#171b21', '#0b5fc4', '#b8232c', '#dfe3e8']),
      night: definition(true, ['#000000', '#080000', '#ff7a6e', '#ff6b5e', '#ff9186', '#3a0d0d']),
    },
  },
});

function stored(): ThemeName {
  const value = localStorage.getItem(KEY);
  return THEMES.find((name) => name === value) ?? 'dark';
}

export const theme: Ref<ThemeName> = ref(stored());

function matches(query: string): Ref<boolean> {
  const list = window.matchMedia(query);
  const result = ref(list.matches);
  list.addEventListener('change', () => (result.value = list.matches));
  return result;
}

/** Applies the theme now and whenever the selection or the system's theme changes. Paper is light. */
export function applyTheme(): void {
  const prefersLight = matches('(prefers-color-scheme: light)');
  const printing = matches('print');
  watchEffect(() => {
    localStorage.setItem(KEY, theme.value);
    const system: ResolvedTheme = prefersLight.value ? 'light' : 'dark';
    const selected = theme.value === 'system' ? system : theme.value;
    const shown = printing.value ? 'light' : selected;
    document.documentElement.dataset.theme = shown;
    void vuetify.theme.change(shown);
  });
}
