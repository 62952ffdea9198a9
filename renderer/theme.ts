import {
  ActionIcon,
  Button,
  type CSSVariablesResolver,
  createTheme,
  Drawer,
  type MantineColorsTuple,
  Modal,
  Notification,
  SegmentedControl,
  Tooltip,
} from '@mantine/core';

const signal: MantineColorsTuple = [
  '#eef3fb',
  '#dbe6f6',
  '#b9cfee',
  '#93b4e3',
  '#6f9ad8',
  '#4b7ec6',
  '#2c61ad',
  '#24529a',
  '#1c4178',
  '#15325d',
];
const brick: MantineColorsTuple = [
  '#fcecea',
  '#f8d5d1',
  '#f0b0aa',
  '#e88c84',
  '#dc665c',
  '#c9443a',
  '#b3261e',
  '#981d16',
  '#7a1712',
  '#5c110d',
];

/** Mantine's own greys are brownish beside ours: fields and controls take the tones of theme.css's dark scheme. */
const dark: MantineColorsTuple = [
  '#e7eaf0',
  '#b4bcc9',
  '#96a0b0',
  '#6b7587',
  '#3a4252',
  '#2a313d',
  '#1d222c',
  '#171b23',
  '#12161d',
  '#0c0f14',
];

const family = 'Inter, system-ui, -apple-system, "Segoe UI", sans-serif';

/**
 * Signalbox's look: small controls on a 4 px grid, hairlines, colour for meaning only. What Mantine's own theme
 * misses of WCAG AA (contrast of muted text and light variants, targets under 24 px, unnamed close buttons) is mended
 * here and in theme.css, once.
 */
export const theme = createTheme({
  fontFamily: family,
  fontFamilyMonospace: 'var(--sb-mono)',
  headings: { fontFamily: family, fontWeight: '600' },
  primaryColor: 'signal',
  primaryShade: { light: 6, dark: 6 },
  colors: { signal, brick, dark },
  defaultRadius: 'sm',
  radius: { xs: '3px', sm: '5px', md: '8px', lg: '10px', xl: '16px' },
  fontSizes: { xs: '12px', sm: '13px', md: '14px', lg: '16px', xl: '20px' },
  lineHeights: { xs: '1.4', sm: '1.45', md: '1.45', lg: '1.4', xl: '1.3' },
  spacing: { xs: '8px', sm: '12px', md: '16px', lg: '24px', xl: '32px' },
  respectReducedMotion: true,
  cursorType: 'pointer',
  components: {
    Button: Button.extend({ defaultProps: { size: 'xs' }, styles: { root: { fontWeight: 550 } } }),
    ActionIcon: ActionIcon.extend({ defaultProps: { size: 28, variant: 'subtle', color: 'gray' } }),
    Tooltip: Tooltip.extend({
      defaultProps: {
        withArrow: false,
        openDelay: 300,
        multiline: true,
        maw: 320,
        events: { hover: true, focus: true, touch: false },
      },
    }),
    Modal: Modal.extend({
      defaultProps: {
        closeButtonProps: { 'aria-label': 'Close' },
        transitionProps: { duration: 80 },
        // A dialog's header is no banner of the page.
        attributes: { header: { role: 'presentation' } },
      },
    }),
    Drawer: Drawer.extend({
      defaultProps: {
        closeButtonProps: { 'aria-label': 'Close' },
        transitionProps: { duration: 120 },
        attributes: { header: { role: 'presentation' } },
      },
    }),
    Notification: Notification.extend({
      defaultProps: { closeButtonProps: { 'aria-label': 'Dismiss this notification' } },
      // Mantine's own grey below a title has 3.3:1 on white.
      styles: { description: { color: 'var(--sb-text-2)' } },
    }),
    SegmentedControl: SegmentedControl.extend({ defaultProps: { size: 'xs', transitionDuration: 0 } }),
  },
});

const shared = {
  '--mantine-color-body': 'var(--sb-page)',
  '--mantine-color-text': 'var(--sb-text)',
  '--mantine-color-dimmed': 'var(--sb-text-3)',
  '--mantine-color-placeholder': 'var(--sb-text-3)',
  '--mantine-color-anchor': 'var(--sb-accent)',
  '--mantine-color-error': 'var(--sb-bad)',
  '--mantine-color-default': 'var(--sb-surface)',
  '--mantine-color-default-hover': 'var(--sb-hover)',
  '--mantine-color-default-color': 'var(--sb-text)',
  '--mantine-color-default-border': 'var(--sb-line-strong)',
  '--mantine-color-disabled': 'var(--sb-sunken)',
  '--mantine-color-disabled-color': 'var(--sb-text-3)',
  '--mantine-color-signal-light': 'var(--sb-info-bg)',
  '--mantine-color-signal-light-hover': 'var(--sb-selected)',
  '--mantine-color-signal-light-color': 'var(--sb-accent)',
  '--mantine-color-signal-text': 'var(--sb-accent)',
  '--mantine-color-signal-outline': 'var(--sb-accent)',
  '--mantine-color-brick-light': 'var(--sb-bad-bg)',
  '--mantine-color-brick-light-color': 'var(--sb-bad)',
  '--mantine-color-brick-text': 'var(--sb-bad)',
  '--mantine-color-gray-light-color': 'var(--sb-text-2)',
  '--mantine-color-gray-text': 'var(--sb-text-2)',
};

/** Puts Signalbox's palette (theme.css) under Mantine's own variables, in both colour schemes. */
export const cssVariablesResolver: CSSVariablesResolver = () => ({
  variables: {},
  light: shared,
  dark: shared,
});
