import type { IncomingMessage, ServerResponse } from 'node:http';
import { type GatewayServer, startGateway } from '../argo-servers/gateway-server';
import { readBody } from '../argo-servers/read-body';
import type { ConcourseAccounts } from './accounts';
import { answerJson, type Backend, ConcourseRefusal } from './backend';
import type { PracticeConcourse } from './concourse';
import { routes } from './routes';

/** Client and secret of `fly`, public ones (`fly/rc/target.go`). */
const flysBasic = `Basic ${Buffer.from('fly:Zmx5').toString('base64')}`;

async function grant(
  request: IncomingMessage,
  response: ServerResponse,
  accounts: ConcourseAccounts,
): Promise<void> {
  const form = new URLSearchParams(await readBody(request));
  const isFly =
    request.headers.authorization === flysBasic ||
    (form.get('client_id') === 'fly' && form.get('client_secret') === 'Zmx5');
  const granted =
    isFly && form.get('grant_type') === 'password'
      ? accounts.signIn(form.get('username') ?? '', form.get('password') ?? '')
      : null;
  if (!granted) return answerJson(response, { error: 'access_denied' }, 401);
  const { token, seconds } = granted;
  answerJson(response, { access_token: token, token_type: 'bearer', expires_in: seconds, id_token: 'none' });
}

/**
 * The page that a login in the browser ends at: its script hands the token to whoever listens on `fly_port`. Here who
 * signs in is in the query, as nobody types: `/login?fly_port=…&as=<name>&password=…`.
 */
function loginPage(query: URLSearchParams, response: ServerResponse, accounts: ConcourseAccounts): void {
  const granted = accounts.signIn(query.get('as') ?? '', query.get('password') ?? '');
  if (!granted)
    return void response.writeHead(401, { 'content-type': 'text/html' }).end('<p>Who are you?</p>');
  const address = `http://127.0.0.1:${Number(query.get('fly_port'))}/?token=${encodeURIComponent(`bearer ${granted.token}`)}`;
  response.writeHead(302, { location: address }).end();
}

/** The API of a practice Concourse on a port of this computer's own. Closing it leaves the Concourse as it is. */
export async function startConcourseServer(options: {
  concourse: PracticeConcourse;
  accounts: ConcourseAccounts;
  port?: number | undefined;
}): Promise<GatewayServer> {
  const { concourse, accounts } = options;
  let url = '';
  const server = await startGateway<Backend>({
    routes,
    port: options.port,
    signIn: undefined,
    backend: (own) => ({
      ...own,
      concourse,
      accounts,
      url: () => url,
      person: ({ request }) => accounts.personOf(request.headers.authorization),
    }),
    before(line, request, response) {
      const { searchParams } = new URL(request.url ?? '/', 'http://localhost');
      if (line === 'POST /sky/issuer/token')
        grant(request, response, accounts).catch(() => response.destroy());
      else if (line === 'GET /login') loginPage(searchParams, response, accounts);
      else if (line === 'GET /fly_success')
        response.writeHead(200, { 'content-type': 'text/html' }).end('<p>Signed in.</p>');
      else return false;
      return true;
    },
    refuse(response, error) {
      if (response.headersSent) return void response.destroy();
      const refusal = error instanceof ConcourseRefusal ? error : new ConcourseRefusal(404);
      response
        .writeHead(refusal.status, { 'content-type': 'text/plain; charset=utf-8' })
        .end(refusal.message);
    },
  });
  url = server.url;
  return server;
}
