import { randomBytes, randomInt } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';

/** What is known of an app that people sign in with. */
interface App {
  /** A GitHub App's tokens end and are renewed; an OAuth app's stay. */
  expires: boolean;
  /** Its owner may have switched the device flow off. */
  disabled: boolean;
}

/** The apps of the practice GitHub, by client id, which begins as GitHub's do: `Ov` an OAuth app, `Iv` a GitHub App. */
export const practiceApps: Readonly<Record<string, App>> = {
  Ov23liPracticeConsole: { expires: false, disabled: false },
  Iv23liPracticeConsole: { expires: true, disabled: false },
  Ov23liPracticeDisabled: { expires: false, disabled: true },
};

interface Pending {
  clientId: string;
  scope: string;
  userCode: string;
  /** Seconds between two questions. */
  interval: number;
  expires: number;
  askedAt: number | null;
  decision: 'none' | 'authorized' | 'denied';
}

/** How long a code can be entered, and a GitHub App's token and renewal live, in seconds (docs.github.com). */
const codeLives = 900;
const tokenLives = 28_800;
const renewalLives = 15_811_200;

/** The device flow's addresses of a GitHub, and the page at which the person of the estate decides. */
export interface DeviceFlow {
  /** Answers a request for them. @returns whether it was one. */
  answer(request: IncomingMessage, response: ServerResponse, url: URL): Promise<boolean>;
}

/**
 * GitHub's device flow as documented ("Authorizing OAuth apps", "Device flow"; "Generating a user access token for a GitHub
 * App"; "Refreshing user access tokens"): form-encoded unless JSON is accepted, refusals with status 200, `slow_down`
 * with an interval that is longer by five seconds from then on.
 * @param options.grant a token is the person's from now on. @param options.revoke it is nobody's any more.
 * @param options.now milliseconds; people type codes by the wall's clock.
 */
export function createDeviceFlow(options: {
  grant: (token: string) => void;
  revoke: (token: string) => void;
  now?: () => number;
}): DeviceFlow {
  const now = options.now ?? Date.now;
  const pending = new Map<string, Pending>();
  const renewals = new Map<string, { clientId: string; token: string; expires: number }>();

  const newToken = (clientId: string, scope: string): Record<string, string | number> => {
    const isApp = practiceApps[clientId]?.expires ?? false;
    const token = `${isApp ? 'ghu' : 'gho'}_${randomBytes(18).toString('hex')}`;
    options.grant(token);
    const plain = {
      access_token: token,
      token_type: 'bearer',
      scope: isApp ? '' : scope.replaceAll(' ', ','),
    };
    if (!isApp) return plain;
    const renewal = `ghr_${randomBytes(36).toString('hex')}`;
    renewals.set(renewal, { clientId, token, expires: now() + renewalLives * 1000 });
    return {
      ...plain,
      expires_in: tokenLives,
      refresh_token: renewal,
      refresh_token_expires_in: renewalLives,
    };
  };

  const code = (asked: URLSearchParams, origin: string): Answer => {
    const clientId = asked.get('client_id') ?? '';
    const app = practiceApps[clientId];
    if (!app) return { status: 404, body: { error: 'Not Found' } };
    if (app.disabled)
      return refusal('device_flow_disabled', 'Device Flow must be explicitly enabled for this App');
    const letters = 'BCDFGHJKLMNPQRSTVWXZ0123456789';
    const four = (): string => Array.from({ length: 4 }, () => letters[randomInt(letters.length)]).join('');
    const userCode = `${four()}-${four()}`;
    const deviceCode = randomBytes(20).toString('hex');
    const scope = asked.get('scope') ?? '';
    pending.set(deviceCode, {
      clientId,
      scope,
      userCode,
      interval: 5,
      expires: now() + codeLives * 1000,
      askedAt: null,
      decision: 'none',
    });
    return {
      status: 200,
      body: {
        device_code: deviceCode,
        user_code: userCode,
        verification_uri: `${origin}/login/device`,
        expires_in: codeLives,
        interval: 5,
      },
    };
  };

  const exchange = (asked: URLSearchParams): Answer => {
    const clientId = asked.get('client_id') ?? '';
    if (!practiceApps[clientId])
      return refusal('incorrect_client_credentials', 'The client_id passed is incorrect.');
    if (asked.get('grant_type') === 'refresh_token') return renew(asked.get('refresh_token') ?? '', clientId);
    if (asked.get('grant_type') !== 'urn:ietf:params:oauth:grant-type:device_code')
      return refusal('unsupported_grant_type', 'The grant type is not supported.');
    const deviceCode = asked.get('device_code') ?? '';
    const found = pending.get(deviceCode);
    if (!found || found.clientId !== clientId)
      return refusal('incorrect_device_code', 'The device_code provided is not valid.');
    const at = now();
    if (at >= found.expires) return refusal('expired_token', 'This device_code has expired.');
    const early = found.askedAt !== null && at - found.askedAt < found.interval * 1000;
    found.askedAt = at;
    if (early) {
      found.interval += 5;
      return refusal('slow_down', 'Too many requests have been made in the same timeframe.', {
        interval: found.interval,
      });
    }
    if (found.decision === 'none')
      return refusal('authorization_pending', 'The authorization request is still pending.');
    pending.delete(deviceCode);
    if (found.decision === 'denied') return refusal('access_denied', 'The authorization request was denied.');
    return { status: 200, body: newToken(clientId, found.scope) };
  };

  const renew = (renewal: string, clientId: string): Answer => {
    const found = renewals.get(renewal);
    if (!found || found.clientId !== clientId || now() >= found.expires)
      return refusal('bad_refresh_token', 'The refresh token passed is incorrect or expired.');
    renewals.delete(renewal);
    options.revoke(found.token);
    return { status: 200, body: newToken(clientId, '') };
  };

  /** The page where a person enters the code, and decides. */
  const page = (asked: URLSearchParams): string => {
    const userCode = asked.get('user_code')?.trim().toUpperCase() ?? '';
    const decision = asked.get('decision');
    if (!decision) return pageOf(form);
    const found = [...pending.values()].find((one) => one.userCode === userCode && now() < one.expires);
    if (!found) return pageOf(`<p role="alert">There is no such code, or it has expired.</p>${form}`);
    found.decision = decision === 'authorize' ? 'authorized' : 'denied';
    return pageOf(
      decision === 'authorize'
        ? '<p>Congratulations, you’re all set! Your device is now connected.</p>'
        : '<p>The request was cancelled. Nothing is connected.</p>',
    );
  };

  return {
    async answer(request, response, url) {
      const post = request.method === 'POST';
      if (url.pathname === '/login/device') {
        const asked = post ? await readForm(request) : new URLSearchParams();
        response.writeHead(200, {
          'content-type': 'text/html; charset=utf-8',
          'content-security-policy': "default-src 'none'; form-action 'self'",
        });
        response.end(page(asked));
        return true;
      }
      if (!post || !['/login/device/code', '/login/oauth/access_token'].includes(url.pathname)) return false;
      const asked = await readForm(request);
      const { status, body } =
        url.pathname === '/login/device/code' ? code(asked, url.origin) : exchange(asked);
      const isJson = request.headers.accept?.includes('application/json') ?? false;
      response.writeHead(status, {
        'content-type': isJson
          ? 'application/json; charset=utf-8'
          : 'application/x-www-form-urlencoded; charset=utf-8',
      });
      response.end(isJson ? JSON.stringify(body) : formOf(body));
      return true;
    },
  };
}

interface Answer {
  status: number;
  body: Record<string, string | number>;
}

const refusal = (error: string, text: string, more: Record<string, number> = {}): Answer => ({
  status: 200,
  body: {
    error,
    error_description: text,
    error_uri:
      'https://docs.github.com/developers/apps/authorizing-oauth-apps#error-codes-for-the-device-flow',
    ...more,
  },
});

const formOf = (body: Answer['body']): string =>
  new URLSearchParams(Object.entries(body).map(([name, value]) => [name, String(value)])).toString();

const form = `<form method="post" action="/login/device">
  <p><label>Code <input name="user_code" autocomplete="off" required></label></p>
  <p><button name="decision" value="authorize">Authorize</button> <button name="decision" value="cancel">Cancel</button></p>
</form>`;

const pageOf = (content: string): string =>
  `<!doctype html><html lang="en"><title>Device activation · practice GitHub</title><h1>Device activation</h1>${content}</html>`;

/** A body in either of the forms that GitHub takes. */
async function readForm(request: IncomingMessage): Promise<URLSearchParams> {
  let text = '';
  for await (const chunk of request as AsyncIterable<Buffer>) {
    text += chunk.toString('utf8');
    if (text.length > 64 * 1024) throw new Error('too long');
  }
  if (!request.headers['content-type']?.includes('json')) return new URLSearchParams(text);
  const parsed: unknown = JSON.parse(text || '{}');
  return new URLSearchParams(Object.entries(parsed as object).map(([name, value]) => [name, String(value)]));
}
