import { cleanup, configure } from '@testing-library/react';
import { afterEach } from 'vitest';

configure({
  // Conditions, not clocks: a busy machine only makes them come true later.
  asyncUtilTimeout: 60_000,
  // Asking jsdom for the style of every ancestor costs most of a query by role.
  defaultHidden: true,
  getElementError: (message) => new Error(message?.slice(0, 600)),
});

// Without vitest's globals testing-library cannot clean up by itself.
afterEach(cleanup);

// jsdom lays nothing out and knows no media: what Mantine and the virtual lists ask for, with a window's size.
window.matchMedia = (query: string) =>
  ({
    matches: false,
    media: query,
    onchange: null,
    addEventListener: () => undefined,
    removeEventListener: () => undefined,
    addListener: () => undefined,
    removeListener: () => undefined,
    dispatchEvent: () => false,
  }) satisfies MediaQueryList;
window.ResizeObserver = class {
  observe(): void {}
  unobserve(): void {}
  disconnect(): void {}
};
Object.defineProperty(document, 'fonts', {
  value: { addEventListener: () => undefined, removeEventListener: () => undefined },
});
Element.prototype.scrollIntoView = () => undefined;
Element.prototype.scrollTo = (() => undefined) as typeof Element.prototype.scrollTo;
for (const [name, size] of [
  ['offsetHeight', 800],
  ['offsetWidth', 1200],
  ['clientHeight', 800],
] as const) {
  Object.defineProperty(HTMLElement.prototype, name, { configurable: true, get: () => size });
}
