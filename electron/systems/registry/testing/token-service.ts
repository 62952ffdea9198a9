import { createSign, randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { generate } from 'selfsigned';

/** A token service as distribution's registry believes one (distribution.github.io, `spec/auth/jwt`). */
export interface TokenService {
  url: string;
  /** The certificate whose key signs the tokens, in PEM. */
  certificate: string;
  /** What it was asked, and with which `Authorization`. */
  asked: { scopes: string[]; service: string | null; authorization: string | null }[];
  /** A token for these actions. */
  tokenFor(repository: string, actions: readonly string[]): string;
  close(): Promise<void>;
}

const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/**
 * @param options.publicRepositories whose images everybody may pull. @param options.password with which one may pull all
 * of them, whatever the user's name.
 */
export async function startTokenService(options: {
  service: string;
  issuer: string;
  publicRepositories: readonly string[];
  password: string;
}): Promise<TokenService> {
  const keys = await generate([{ name: 'commonName', value: 'token service' }], { keySize: 2048 });
  const der = keys.cert.replace(/-----[^-]+-----|\s/g, '');
  const tokenFor: TokenService['tokenFor'] = (name, actions) => {
    const now = Math.floor(Date.now() / 1000);
    const content = [
      part({ typ: 'JWT', alg: 'RS256', x5c: [der] }),
      part({
        iss: options.issuer,
        aud: options.service,
        sub: 'somebody',
        jti: randomUUID(),
        nbf: now - 60,
        iat: now - 60,
        exp: now + 300,
        access: actions.length > 0 ? [{ type: 'repository', name, actions }] : [],
      }),
    ].join('.');
    return `${content}.${createSign('RSA-SHA256').update(content).sign(keys.private, 'base64url')}`;
  };
  const asked: TokenService['asked'] = [];
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '', 'http://x');
    const authorization = request.headers.authorization ?? null;
    asked.push({
      scopes: url.searchParams.getAll('scope'),
      service: url.searchParams.get('service'),
      authorization,
    });
    const [, password] = Buffer.from(authorization?.slice('Basic '.length) ?? '', 'base64')
      .toString()
      .split(':');
    const json = { 'content-type': 'application/json' };
    if (authorization !== null && password !== options.password) {
      response.writeHead(401, json).end('{"details":"incorrect username or password"}');
      return;
    }
    const [, name = '', wanted = ''] = (url.searchParams.get('scope') ?? '').split(':');
    const may = authorization !== null || options.publicRepositories.includes(name);
    const actions = may ? wanted.split(',').filter((action) => action === 'pull') : [];
    response.writeHead(200, json).end(JSON.stringify({ token: tokenFor(name, actions), expires_in: 300 }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    certificate: keys.cert,
    asked,
    tokenFor,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
