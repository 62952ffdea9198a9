import { cleanup } from '@testing-library/react';
import { afterEach } from 'vitest';

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
Element.prototype.scrollIntoView = () => undefined;
Element.prototype.scrollTo = (() => undefined) as typeof Element.prototype.scrollTo;
for (const [name, size] of [
  ['offsetHeight', 800],
  ['offsetWidth', 1200],
  ['clientHeight', 800],
] as const) {
  Object.defineProperty(HTMLElement.prototype, name, { configurable: true, get: () => size });
}
