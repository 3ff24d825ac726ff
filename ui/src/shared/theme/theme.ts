/**
 * The one file of design tokens: colour, space, type, radius, for light and dark.
 *
 * Colour means something. Neutral greys carry the page, one accent marks what can be acted on, and the state colours
 * are used for state only, each with an icon and a word. Every pair of text and ground reaches 4.5:1 (theme.test.ts).
 * Everything else refers to these by CSS variable (`var(--tl-…)`, `var(--mantine-…)`).
 */
import { createTheme, type CSSVariablesResolver, type MantineColorsTuple } from '@mantine/core'

export const STATES = ['waiting', 'running', 'done', 'incident', 'cancelled'] as const
export type State = (typeof STATES)[number]

export const accent: MantineColorsTuple = [
  '#eef0fb', '#dfe3f7', '#bfc7ef', '#9aa6e5', '#7b8adc', '#5c6dce', '#4a5bc2', '#3d4db3', '#333f95', '#2a3477',
]

/** Text, ground and line of each state: light first, dark second. */
export const stateColours: Record<State, { light: [string, string]; dark: [string, string] }> = {
  waiting: { light: ['#7a4f00', '#fdf3dc'], dark: ['#f0c568', '#37290c'] },
  running: { light: ['#0b5f78', '#e0f2f7'], dark: ['#74cde6', '#0f303a'] },
  done: { light: ['#226328', '#e5f4e6'], dark: ['#8bd392', '#15321a'] },
  incident: { light: ['#ac1c24', '#fdeaea'], dark: ['#ff9d9d', '#43191b'] },
  cancelled: { light: ['#565c66', '#eef0f2'], dark: ['#b3bac4', '#2b2f36'] },
}

/** Grounds and texts of the page. */
export const surfaces = {
  light: {
    page: '#fbfbfa', panel: '#ffffff', sunken: '#f3f4f3', line: '#dcdfe0', strongLine: '#868d94',
    text: '#1c2024', muted: '#5a626b', accent: '#3d4db3', focus: '#3d4db3', accentGround: '#eef0fb',
  },
  dark: {
    page: '#16181b', panel: '#1d2024', sunken: '#121416', line: '#33383e', strongLine: '#7d868f',
    text: '#e6e8ea', muted: '#a2aab3', accent: '#a5b1f2', focus: '#a5b1f2', accentGround: '#272d4a',
  },
} as const

/** Diagrams and forms stay on light paper in dark mode: shapes and the bpmn.io mark must stay readable. */
export const paper = { ground: '#ffffff', text: '#1c2024', line: '#dcdfe0' } as const

/** Okabe–Ito, told apart with every common kind of colour blindness; for categories. */
export const categorical = ['#0072b2', '#e69f00', '#009e73', '#cc79a7', '#56b4e9', '#d55e00', '#6b6f76'] as const
/** One hue from little to much; for amounts. */
export const sequential = ['#eaf1f8', '#bcd3e8', '#86b0d4', '#4f8bbd', '#256a9f', '#0c4a7a', '#052d4e'] as const
/** Blue below, orange above the target. */
export const diverging = ['#0c4a7a', '#4f8bbd', '#bcd3e8', '#f2f2f0', '#f5cba3', '#dd8a3c', '#9c4a00'] as const

/** Which shade of the accent fills buttons; white stands on it. */
export const FILLED = { light: 7, dark: 6 } as const

export const fontFamily =
  "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, 'Noto Sans', 'Noto Sans SC', " +
  "'Noto Sans CJK SC', 'PingFang SC', 'Microsoft YaHei', sans-serif"

export const theme = createTheme({
  primaryColor: 'accent',
  primaryShade: { light: FILLED.light, dark: FILLED.dark },
  colors: { accent },
  fontFamily,
  fontFamilyMonospace: "ui-monospace, 'SFMono-Regular', 'Cascadia Mono', Menlo, Consolas, 'Noto Sans Mono', monospace",
  fontSizes: { xs: '12px', sm: '13px', md: '14px', lg: '16px', xl: '20px' },
  lineHeights: { xs: '1.35', sm: '1.4', md: '1.5', lg: '1.45', xl: '1.3' },
  spacing: { xs: '4px', sm: '8px', md: '12px', lg: '16px', xl: '24px' },
  radius: { xs: '2px', sm: '4px', md: '6px', lg: '8px', xl: '12px' },
  defaultRadius: 'sm',
  headings: {
    fontFamily,
    fontWeight: '600',
    sizes: {
      h1: { fontSize: '20px', lineHeight: '1.3' },
      h2: { fontSize: '16px', lineHeight: '1.4' },
      h3: { fontSize: '14px', lineHeight: '1.4' },
    },
  },
  shadows: { xs: 'none', sm: 'none', md: '0 4px 16px rgb(0 0 0 / 14%)', lg: 'none', xl: 'none' },
  respectReducedMotion: true,
  autoContrast: true,
  cursorType: 'pointer',
  components: {
    Button: { defaultProps: { size: 'xs' } },
    ActionIcon: { defaultProps: { variant: 'subtle', color: 'gray', size: 28 } },
    TextInput: { defaultProps: { size: 'sm' } },
    PasswordInput: { defaultProps: { size: 'sm' } },
    Select: { defaultProps: { size: 'sm', checkIconPosition: 'right' } },
    Tooltip: { defaultProps: { openDelay: 300, withArrow: true, multiline: true, maw: 360 } },
    Modal: { defaultProps: { centered: true }, styles: { title: { fontWeight: 600 } } },
    Table: { defaultProps: { verticalSpacing: 4, horizontalSpacing: 8 } },
  },
})

function variables(mode: 'light' | 'dark'): Record<string, string> {
  const ground = surfaces[mode]
  const result: Record<string, string> = {
    '--mantine-color-body': ground.page,
    '--mantine-color-text': ground.text,
    '--mantine-color-dimmed': ground.muted,
    '--mantine-color-default-border': ground.line,
    '--mantine-color-anchor': ground.accent,
    '--mantine-color-error': stateColours.incident[mode][0],
    '--tl-panel': ground.panel,
    '--tl-sunken': ground.sunken,
    '--tl-line': ground.line,
    '--tl-line-strong': ground.strongLine,
    '--tl-text': ground.text,
    '--tl-muted': ground.muted,
    '--tl-accent': ground.accent,
    '--tl-accent-ground': ground.accentGround,
    '--tl-focus': ground.focus,
  }
  for (const state of STATES) {
    result[`--tl-${state}`] = stateColours[state][mode][0]
    result[`--tl-${state}-ground`] = stateColours[state][mode][1]
  }
  return result
}

export const cssVariablesResolver: CSSVariablesResolver = () => ({
  variables: {
    '--tl-row': '32px',
    '--tl-rail': '184px',
    '--tl-bar': '44px',
    '--tl-content': '1600px',
    '--tl-paper': paper.ground,
    '--tl-paper-text': paper.text,
    '--tl-paper-line': paper.line,
    '--tl-quick': '140ms',
  },
  light: variables('light'),
  dark: variables('dark'),
})
