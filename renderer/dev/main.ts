/**
 * The renderer on fixtures, for working on screens without a main process: `npx vite -c vite.renderer.config.ts`,
 * then /dev.html?apps=60&state=offline. It is not an entry of the build, so nothing of it is shipped.
 */
import { devBridge } from './dev-bridge';

const wanted = new URLSearchParams(window.location.search);
Object.defineProperty(window, 'signalbox', {
  value: devBridge({
    apps: Number(wanted.get('apps') ?? 14),
    state: wanted.get('state') ?? 'practice',
    scheme: wanted.get('scheme') === 'dark' ? 'dark' : 'light',
  }),
});
await import('../main');
