import type { ServerResponse } from 'node:http';

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

/** Answers with a small page. @param body HTML */
export function sendPage(response: ServerResponse, status: number, title: string, body: string): void {
  response.writeHead(status, {
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; form-action *",
  });
  response.end(`<!doctype html><html lang="en"><meta charset="utf-8"><meta name="color-scheme" content="light dark">
<title>${escaped(title)}</title>
<style>body{font:16px/1.5 system-ui,sans-serif;max-width:26rem;margin:12vh auto;padding:0 1rem}
button{font:inherit;padding:.5rem 1rem;margin:.25rem 0;width:100%}
input{font:inherit;padding:.4rem;width:100%;box-sizing:border-box;margin:.25rem 0 .75rem}
p{color:GrayText}</style>
<h1>${escaped(title)}</h1>${body}</html>`);
}

/** A form whose fields that nobody fills in are hidden ones. */
export const form = (action: string, hidden: Readonly<Record<string, string>>, inner: string): string =>
  `<form method="post" action="${escaped(action)}">${Object.entries(hidden)
    .map(([name, value]) => `<input type="hidden" name="${escaped(name)}" value="${escaped(value)}">`)
    .join('')}${inner}</form>`;

export const button = (name: string, value: string, label: string): string =>
  `<button name="${escaped(name)}" value="${escaped(value)}">${escaped(label)}</button>`;

export const paragraph = (text: string): string => `<p>${escaped(text)}</p>`;

export function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

/** @param cookies values of `Set-Cookie` */
export function redirect(
  response: ServerResponse,
  status: 302 | 303,
  location: string,
  cookies: string[] = [],
): void {
  response.writeHead(status, { location, ...(cookies.length > 0 ? { 'set-cookie': cookies } : {}) }).end();
}
