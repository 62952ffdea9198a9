import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { ZodError, z } from 'zod';
import {
  type ControlCommand,
  type ControlErrorCode,
  type ControlOutput,
  controlCommands,
} from '../../systems/practice/control-contract';
import { accessOf } from '../git/token-access';
import { listenOnLoopback } from './listen-on-loopback';

/** A scenario that cannot be played now. */
export class ScenarioRefusal extends Error {
  override readonly name = 'ScenarioRefusal';
}

/** What plays the scenarios; inputs are validated, with defaults filled in. */
export type ScenarioHandlers = {
  readonly [C in ControlCommand]: (
    input: z.output<(typeof controlCommands)[C]['input']>,
  ) => Promise<ControlOutput<C>>;
};

const statusOf: Readonly<Record<ControlErrorCode, number>> = {
  unauthorised: 401,
  'not-found': 404,
  'invalid-input': 400,
  conflict: 409,
  internal: 500,
};

/** The app that a command names. */
const named = z.object({ app: z.string().optional() });

/** Serves the scenario API on loopback; every request needs the control token. */
export async function startControlServer(options: {
  token: string;
  port?: number;
  /** Whether there is an app of this name. */
  knowsApp: (name: string) => boolean;
  handlers: ScenarioHandlers;
  /** Saves what a scenario changed: what was answered holds after a kill, too. */
  beforeAnswer: () => Promise<void>;
}): Promise<{ url: string; port: number; close: () => Promise<void> }> {
  const tokens = { [options.token]: { login: 'control', write: true } };

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const refuse = (code: ControlErrorCode, message: string): void => {
      request.resume();
      send(response, statusOf[code], { error: { code, message } });
    };
    if (!accessOf(request.headers, tokens).holder)
      return refuse('unauthorised', 'the control token is missing or wrong');
    const name = (request.url ?? '').slice(1);
    if (request.method !== 'POST' || !Object.hasOwn(controlCommands, name))
      return refuse('not-found', `there is no scenario "${name}"`);
    const command = name as ControlCommand;
    try {
      const input: unknown = controlCommands[command].input.parse(await readJson(request));
      const app = named.parse(input).app;
      if (app !== undefined && !options.knowsApp(app))
        return refuse('invalid-input', `there is no app ${app}`);
      const handler = options.handlers[command] as (input: unknown) => Promise<unknown>;
      const answer = await handler(input);
      await options.beforeAnswer();
      send(response, 200, answer);
    } catch (error) {
      if (error instanceof ZodError) return refuse('invalid-input', z.prettifyError(error));
      if (error instanceof SyntaxError) return refuse('invalid-input', 'the body is no JSON');
      if (error instanceof ScenarioRefusal) return refuse('conflict', error.message);
      refuse('internal', error instanceof Error ? error.message : String(error));
    }
  };

  const server = createServer((request, response) => {
    serve(request, response).catch(() => response.destroy());
  });
  const { port, close } = await listenOnLoopback(server, options.port);
  return { url: `http://127.0.0.1:${port}`, port, close };
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

const mostBody = 64 * 1024;

async function readJson(request: IncomingMessage): Promise<unknown> {
  let text = '';
  for await (const chunk of request as AsyncIterable<Buffer>) {
    text += chunk.toString('utf8');
    if (text.length > mostBody) throw new SyntaxError('the body is too long');
  }
  return text === '' ? {} : JSON.parse(text);
}
