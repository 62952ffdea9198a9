import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { z } from 'zod';
import {
  type Received,
  type ReceiverMode,
  type ReleaseApp,
  receiverSecrets,
} from '../../systems/practice/receivers';
import { listenOnLoopback } from '../estate/listen-on-loopback';

/** Those who are told what happened: Slack, the Release app and a webhook, on one port. */
export interface Receivers {
  readonly url: string;
  readonly port: number;
  readonly received: Received;
  /** What the Release app has, by app. */
  readonly releaseApps: Map<string, ReleaseApp>;
  /** Apps that the Release app was asked for, each time. */
  readonly asked: string[];
  /** How each behaves. */
  readonly modes: Record<keyof Received, ReceiverMode>;
  close(): Promise<void>;
}

/** An answer: its status, and what it says as JSON or as text. */
interface Answer {
  status: number;
  body: unknown;
}

const mostBody = 256 * 1024;

async function readBody(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request as AsyncIterable<Buffer>) {
    text += chunk.toString('utf8');
    if (text.length > mostBody) throw new Error('the body is too long');
  }
  return text;
}

const deployment = z.object({
  repo: z.string(),
  deployment: z.object({ environment: z.string(), version: z.string() }),
});

/**
 * An app as the Release app answers it (alphagov/release, `ApplicationSerializer`; its name is made of the repo's,
 * `DeploymentsController#normalize_app_name`). Notes that nobody wrote are null.
 */
const releaseApplication = (app: string, known: ReleaseApp | undefined) => ({
  name: app.replace(/-/g, ' ').replace(/\b[a-z]/g, (letter) => letter.toUpperCase()),
  shortname: app,
  deploy_freeze: known?.deployFreeze ?? false,
  notes: known?.notes ?? null,
  repository_url: `https://github.com/alphagov/${app}`,
  repository_default_branch: 'main',
  continuously_deployed: true,
});

/** Whom a text calls, as Slack parses it (docs.slack.dev, "Formatting message text", "Mentioning"). */
const pingsOf = (text: string): string[] =>
  [...text.matchAll(/<(?:!(channel|here|everyone)|!subteam\^([A-Z0-9]+)|@([A-Z0-9]+))(?:\|[^>]*)?>/g)].map(
    ([, all, group, person]) => all ?? group ?? person ?? '',
  );

/** Starts them. @param options.port where they were before; another where it is taken. */
export async function startReceivers(options: { port?: number } = {}): Promise<Receivers> {
  const received: Received = { slack: [], release: [], webhook: [] };
  const releaseApps = new Map<string, ReleaseApp>();
  const asked: string[] = [];
  const modes: Receivers['modes'] = { slack: 'up', release: 'up', webhook: 'up' };
  const bearerOf = ({ headers }: IncomingMessage): string =>
    /^Bearer (.+)$/.exec(headers.authorization ?? '')?.[1] ?? '';

  const slackSaid = (channel: string, text: string, via: 'bot' | 'webhook'): number =>
    received.slack.push({ channel, texts: [text], via, pings: pingsOf(text) });
  /** The Web API: it answers 200, whatever comes of it (docs.slack.dev, "Using the Slack Web API"). */
  function slackApi(method: string, asked: URLSearchParams, token: string): unknown {
    if (token !== receiverSecrets.slackToken) return { ok: false, error: 'invalid_auth' };
    if (method === 'auth.test') return { ok: true, team: 'Practice', user: 'signalbox' };
    const text = asked.get('text') ?? '';
    const channel = asked.get('channel') ?? '';
    if (text === '') return { ok: false, error: 'no_text' };
    if (method === 'chat.postMessage') {
      if (!/^(?:#[\w-]+|C\d+)$/.test(channel)) return { ok: false, error: 'channel_not_found' };
      const number = slackSaid(channel, text, 'bot');
      return {
        ok: true,
        channel: `C${String(number).padStart(9, '0')}`,
        ts: `1700000000.${String(number).padStart(6, '0')}`,
      };
    }
    if (method === 'chat.update') {
      const message = received.slack[Number(/\.(\d+)$/.exec(asked.get('ts') ?? '')?.[1]) - 1];
      if (!message) return { ok: false, error: 'message_not_found' };
      message.texts.push(text);
      message.pings.push(...pingsOf(text));
      return { ok: true, channel, ts: asked.get('ts'), text };
    }
    return { ok: false, error: 'unknown_method' };
  }

  function answer(who: keyof Received, path: string, request: IncomingMessage, body: string): Answer {
    if (who === 'slack') {
      const method = /^\/slack\/api\/([a-zA-Z.]+)$/.exec(path)?.[1];
      if (method)
        return { status: 200, body: slackApi(method, new URLSearchParams(body), bearerOf(request)) };
      if (path !== receiverSecrets.slackWebhookPath) return { status: 404, body: 'no_service' };
      slackSaid('', z.object({ text: z.string() }).parse(JSON.parse(body)).text, 'webhook');
      return { status: 200, body: 'ok' };
    }
    if (who === 'release') {
      if (bearerOf(request) !== receiverSecrets.release) return { status: 401, body: '' };
      const said = deployment.parse(JSON.parse(body));
      received.release.push({ repo: said.repo, ...said.deployment });
      return { status: 200, body: '' };
    }
    const header = (name: string): string => String(request.headers[name] ?? '');
    received.webhook.push({
      id: header('webhook-id'),
      timestamp: header('webhook-timestamp'),
      signature: header('webhook-signature'),
      body,
    });
    return { status: 204, body: '' };
  }

  const send = (response: ServerResponse, status: number, body: unknown, headers = {}): void => {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const type = typeof body === 'string' ? 'text/plain' : 'application/json';
    response.writeHead(status, { 'content-type': type, ...headers }).end(text);
  };

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readBody(request);
    const path = (request.url ?? '').split('?')[0] ?? '';
    const who = path.startsWith('/slack/')
      ? 'slack'
      : path === '/release/deployments'
        ? 'release'
        : path === '/webhook'
          ? 'webhook'
          : null;
    // The page that tells whether a token is taken: Signon sends everybody else to its login.
    if (path === '/release/applications' && request.method === 'GET')
      return bearerOf(request) === receiverSecrets.release
        ? send(response, 200, [])
        : send(response, 302, '', { location: '/login' });
    const app = /^\/release\/applications\/([^/]+)\.json$/.exec(path)?.[1];
    if (app !== undefined && request.method === 'GET') {
      asked.push(app);
      if (modes.release === 'unavailable') return send(response, 503, 'unavailable');
      if (modes.release === 'cut-after') return void response.destroy();
      if (bearerOf(request) !== receiverSecrets.release)
        return send(response, 302, '', { location: '/login' });
      return send(response, 200, releaseApplication(app, releaseApps.get(app)));
    }
    if (who === null || request.method !== 'POST') return send(response, 404, 'not found');
    const mode = modes[who];
    if (mode === 'unavailable') return send(response, 503, 'unavailable');
    if (mode === 'rate-limited') return send(response, 429, 'rate limited', { 'retry-after': '1' });
    const said = answer(who, path, request, body);
    if (mode === 'cut-after') return void response.destroy();
    // Whoever waits for the answer waits until they give up.
    if (mode === 'hangs') return;
    send(response, said.status, said.body);
  }

  const server = createServer((request, response) => {
    serve(request, response).catch(() => response.writeHead(400).end());
  });
  const { port, close } = await listenOnLoopback(server, options.port);
  return { url: `http://127.0.0.1:${port}`, port, received, releaseApps, asked, modes, close };
}
