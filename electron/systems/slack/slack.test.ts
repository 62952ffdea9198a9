import { createServer } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { listenOnLoopback } from '../../practice/estate/listen-on-loopback';
import { slackAccountText, tellSlackChannel } from './slack-bot';
import { tellSlackWebhook } from './slack-webhook';

interface Asked {
  path: string;
  authorization: string | undefined;
  body: string;
}

let asked: Asked[];
let answers: { status?: number; headers?: Record<string, string>; body: string }[];
let url: string;
let close: () => Promise<void>;

beforeEach(async () => {
  asked = [];
  answers = [];
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    asked.push({ path: request.url ?? '', authorization: request.headers.authorization, body });
    const { status = 200, headers = {}, body: text } = answers.shift() ?? { body: '{"ok":true}' };
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(text);
  });
  const listening = await listenOnLoopback(server);
  url = `http://127.0.0.1:${listening.port}/api`;
  close = listening.close;
});
afterEach(() => close());

const place = () => ({ apiUrl: url, token: 'xoxb-0-secret' });
const say = (before: { channel: string; message: string } | null = null) =>
  tellSlackChannel({ channel: '#deploys', text: 'Hello &lt;!channel&gt;', before }, place(), fetch);
const said = (one: Asked | undefined): Record<string, string> =>
  Object.fromEntries(new URLSearchParams(one?.body ?? ''));

describe('Slack by a bot’s token', () => {
  it('posts a text in which nothing is taken for a name or shown as a card', async () => {
    answers.push({ body: '{"ok":true,"channel":"C1","ts":"1.2"}' });
    expect(await say()).toEqual({ state: 'sent', receipt: { channel: 'C1', message: '1.2' } });
    expect(asked[0]).toMatchObject({ path: '/api/chat.postMessage', authorization: 'Bearer xoxb-0-secret' });
    expect(said(asked[0])).toMatchObject({
      channel: '#deploys',
      text: 'Hello &lt;!channel&gt;',
      parse: 'none',
      link_names: 'false',
      unfurl_links: 'false',
      unfurl_media: 'false',
    });
    expect(asked[0]?.body).not.toContain('secret');
  });

  it('changes what it said, and says it anew where that was deleted', async () => {
    const before = { channel: 'C1', message: '1.2' };
    expect(await say(before)).toEqual({ state: 'sent', receipt: before });
    expect(said(asked[0])).toMatchObject({ channel: 'C1', ts: '1.2' });
    answers.push(
      { body: '{"ok":false,"error":"message_not_found"}' },
      { body: '{"ok":true,"channel":"C1","ts":"3.4"}' },
    );
    expect(await say(before)).toEqual({ state: 'sent', receipt: { channel: 'C1', message: '3.4' } });
    expect(asked.map(({ path }) => path)).toEqual([
      '/api/chat.update',
      '/api/chat.update',
      '/api/chat.postMessage',
    ]);
  });

  it.each([
    [{ body: '{"ok":false,"error":"channel_not_found"}' }, { state: 'refused' }],
    [{ body: '{"ok":false,"error":"invalid_auth"}' }, { state: 'refused' }],
    [{ body: '{"ok":false,"error":"service_unavailable"}' }, { state: 'later' }],
    [{ body: '{"ok":false,"error":"fatal_error"}' }, { state: 'unknown' }],
    [{ body: '{"ok":false,"error":"internal_error"}' }, { state: 'unknown' }],
    [
      { status: 429, headers: { 'retry-after': '30' }, body: '' },
      { state: 'later', afterMs: 30_000 },
    ],
    [
      { status: 429, headers: { 'retry-after': '99999999' }, body: '' },
      { state: 'later', afterMs: 3_600_000 },
    ],
    [{ status: 429, body: '' }, { state: 'later' }],
    [{ status: 503, body: 'down' }, { state: 'later' }],
    [{ status: 500, body: 'down' }, { state: 'unknown' }],
    [{ status: 302, headers: { location: 'http://127.0.0.1:1/' }, body: '' }, { state: 'refused' }],
    [{ body: '<html>Sign in to the Wi-Fi</html>' }, { state: 'unknown' }],
    [{ body: '{"ok":false,"error":"<b>evil</b>"}' }, { state: 'unknown' }],
  ])('makes of %j what it says, and tries once', async (answer, outcome) => {
    answers.push(answer);
    const found = await say();
    expect(found).toMatchObject(outcome);
    expect(asked).toHaveLength(1);
    expect(JSON.stringify(found)).not.toMatch(/secret|evil|Wi-Fi/);
  });

  it('says whose a token is without saying anything in a channel', async () => {
    answers.push({ body: '{"ok":true,"team":"Harbour","user":"signalbox"}' });
    expect(await slackAccountText(place(), fetch)).toEqual({
      ok: true,
      text: 'Connected to Harbour as signalbox.',
    });
    expect(asked.map(({ path }) => path)).toEqual(['/api/auth.test']);
  });

  it.each([
    ['channels:read,chat:write.public', false],
    ['', false],
    ['channels:read, chat:write', true],
  ])('says of a token with the scopes “%s” whether it may post, and who grants it', async (scopes, ok) => {
    answers.push({
      headers: { 'x-oauth-scopes': scopes },
      body: '{"ok":true,"team":"Harbour","user":"signalbox"}',
    });
    const found = await slackAccountText(place(), fetch);
    expect(found.ok).toBe(ok);
    const lacks =
      /^Connected to Harbour as signalbox\. The token lacks the scope “chat:write”\. Whoever manages/;
    expect(lacks.test(found.text)).toBe(!ok);
  });
});

describe('Slack by an incoming webhook', () => {
  it.each([
    [{ body: 'ok' }, { state: 'sent' }],
    [
      { status: 429, headers: { 'retry-after': '30' }, body: '' },
      { state: 'later', afterMs: 30_000 },
    ],
    [{ status: 404, body: 'no_service' }, { state: 'refused' }],
    [{ status: 500, body: 'rollup_error' }, { state: 'unknown' }],
    [{ status: 302, headers: { location: 'http://127.0.0.1:1/' }, body: '' }, { state: 'refused' }],
  ])('makes of %j what it says, and tries once', async (answer, outcome) => {
    answers.push(answer);
    const found = await tellSlackWebhook('Hello', `${url}/services/T0/B0/verysecret`, fetch, () => 0);
    expect(found).toMatchObject(outcome);
    expect(asked).toHaveLength(1);
    expect(JSON.stringify(found)).not.toContain('verysecret');
  });
});
