import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { protocol } from 'electron';

/** The origin of every page of ours. */
const origin = 'app://signalbox';

/** The page to open. */
export const indexUrl = `${origin}/index.html`;
/** Shown when the renderer crashed; needs nothing that could have crashed with it. */
export const crashedUrl = `${origin}/crashed`;

/** Shown while nobody is at the computer, and where its button leads: main answers that, no page. */
export const lockedUrl = `${origin}/locked`;
export const unlockUrl = `${origin}/unlock`;

/** Shown when Signalbox cannot start. */
export const troubleUrl = `${origin}/trouble`;

/** Whether a URL is a page of ours. */
export function isOurs(url: string): boolean {
  return url === origin || url.startsWith(`${origin}/`);
}

const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
  '.json': 'application/json',
};

/**
 * No inline script, no eval, nothing from anywhere else. Styles that Mantine adds at run time carry the nonce.
 * Source: Electron, "Security", checklist item 7.
 */
function policy(nonce: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

const page = (nonce: string, title: string, body: string): string => `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>${title}</title>
<style nonce="${nonce}">
:root{color-scheme:light dark}
body{font:16px/1.5 system-ui,sans-serif;display:grid;place-items:center;min-height:100vh;margin:0}
main{max-width:36rem;padding:2rem;overflow-wrap:anywhere}
h1{font-size:1.4rem;line-height:1.3}
.quiet{font-size:.85rem;opacity:.75}
a{display:inline-block;margin-top:1rem;padding:.5rem 1rem;border:1px solid currentColor;border-radius:.375rem;color:inherit;text-decoration:none}
</style></head>
<body><main>${body}</main></body></html>`;

const crashedBody = `<h1>The window stopped</h1>
<p>The window process ended unexpectedly. Operations are not affected: they run in another
process and continue.</p>
<a href="${indexUrl}">Open the board again</a>`;

const lockedBody = `<h1>Signalbox is locked</h1>
<p>Its content is hidden because nobody was at this computer. Operations continue.</p>
<a href="${unlockUrl}">Unlock</a>
<p class="quiet">This keeps passers-by from reading and clicking. Whoever can use your account on this computer can unlock it, too: lock the screen when you leave.</p>`;

/** Must run before the app is ready. */
export function registerAppScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: 'app', privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true } },
  ]);
}

/**
 * Serves the built renderer under `app://signalbox/`, and nothing outside its folder.
 * @param folder the renderer's build.
 * @param devServer only for `npm run dev`: a loopback vite server that is read instead of the folder.
 * @param trouble HTML that says why Signalbox cannot start; `null`: it can.
 */
export function serveApp(folder: string, devServer: string | null, trouble: string | null = null): void {
  protocol.handle('app', async (request) => {
    const url = new URL(request.url);
    const nonce = randomBytes(16).toString('base64');
    const headers = (type: string): Record<string, string> => ({
      'content-type': type,
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-cache',
      ...(devServer ? {} : { 'content-security-policy': policy(nonce) }),
    });
    if (url.host !== 'signalbox' || request.method !== 'GET')
      return new Response('Not found', { status: 404 });
    const html = (title: string, body: string) =>
      new Response(page(nonce, title, body), { headers: headers('text/html; charset=utf-8') });
    if (url.pathname === '/crashed') return html('Signalbox: the window stopped', crashedBody);
    if (url.pathname === '/locked') return html('Signalbox is locked', lockedBody);
    if (url.pathname === '/trouble' && trouble !== null) return html('Signalbox cannot start', trouble);
    if (devServer) return fetch(new URL(url.pathname + url.search, devServer));
    const file = path.join(folder, decodeURIComponent(url.pathname));
    const inside = path.relative(folder, file);
    if (inside.startsWith('..') || path.isAbsolute(inside)) return new Response('Not found', { status: 404 });
    try {
      const body = await readFile(file);
      const type = types[path.extname(file)] ?? 'application/octet-stream';
      if (!type.startsWith('text/html'))
        return new Response(new Uint8Array(body), { headers: headers(type) });
      return new Response(body.toString('utf8').replaceAll('__CSP_NONCE__', nonce), {
        headers: headers(type),
      });
    } catch {
      // The page asks for a file that is not there: it is told so.
      return new Response('Not found', { status: 404 });
    }
  });
}
