import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { stringify } from 'yaml';
import { type RunningApp, startApp } from '../electron/dev/running-app';
import { listenOnLoopback } from '../electron/practice/estate/listen-on-loopback';

export type Answer = (request: IncomingMessage, response: ServerResponse) => unknown;

/** A server on loopback whose answers a test sets, and which remembers what it was asked. */
export interface Site {
  url: string;
  host: string;
  asked: string[];
  answer: Answer;
  close(): Promise<void>;
}

const nothing: Answer = (_request, response) => response.writeHead(404).end();

/** @param tls with this key and certificate */
export async function openSite(tls?: { key: string; cert: string }): Promise<Site> {
  const asked: string[] = [];
  const site: Partial<Site> & Pick<Site, 'answer'> = { answer: nothing };
  const serve = (request: IncomingMessage, response: ServerResponse): void => {
    asked.push(`${request.method} ${request.url}`);
    site.answer(request, response);
  };
  const server = tls ? createTlsServer(tls, serve) : createServer(serve);
  const { port, close } = await listenOnLoopback(server);
  const host = `127.0.0.1:${port}`;
  return Object.assign(site, { url: `${tls ? 'https' : 'http'}://${host}`, host, asked, close });
}

export const page = (response: ServerResponse, body: string): void => {
  response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(`<!doctype html>${body}`);
};

/** The app on an estate without clusters, whose environments have these servers of Argo CD. */
export async function openEstate(
  servers: Readonly<Record<string, { url: string; signInHosts?: string[] }>>,
  environment: Readonly<Record<string, string>> = {},
): Promise<{ app: RunningApp; close(): Promise<void> }> {
  const folder = await mkdtemp(path.join(tmpdir(), 'signalbox-sign-in-'));
  const repo = path.join(folder, 'release');
  const git = (...args: string[]) => execFileSync('git', ['-C', repo, ...args], { stdio: 'ignore' });
  for (const name of Object.keys(servers)) {
    const tags = path.join(repo, 'charts', 'app-config', 'image-tags', name);
    await mkdir(tags, { recursive: true });
    await writeFile(path.join(tags, 'frontend'), 'image_tag: v1\n');
  }
  git('init', '--initial-branch=main');
  git('add', '.');
  git('-c', 'user.name=A', '-c', 'user.email=a@example.org', 'commit', '-m', 'Begin');
  await writeFile(
    path.join(folder, 'signalbox.yaml'),
    stringify({
      name: 'Estate of the test',
      ledger: { url: repo, branch: 'main' },
      environments: Object.entries(servers).map(([name, cd]) => ({ name, argo: { cd } })),
      pipelines: [{ name: 'apps', kind: 'apps', environments: Object.keys(servers) }],
    }),
  );
  const app = await startApp(
    path.join(folder, 'user-data'),
    ['--estate', path.join(folder, 'signalbox.yaml')],
    environment,
  );
  return {
    app,
    async close() {
      await app.close();
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** Answers the questions that the app asks the person, and collects them. */
export async function answerQuestions(app: RunningApp, response: 0 | 1): Promise<() => Promise<string[]>> {
  await app.electron.evaluate(({ dialog }, given) => {
    const questions: string[] = [];
    Object.assign(globalThis, { questions });
    dialog.showMessageBox = (async (...args: unknown[]) => {
      const options = args.at(-1) as { message: string };
      questions.push(options.message);
      return { response: given, checkboxChecked: false };
    }) as typeof dialog.showMessageBox;
  }, response);
  return () => app.electron.evaluate(() => (globalThis as unknown as { questions: string[] }).questions);
}

/** Titles of the windows besides the app's own. */
export const signInTitles = (app: RunningApp): Promise<string[]> =>
  app.electron.evaluate(({ BrowserWindow }) =>
    BrowserWindow.getAllWindows()
      .map((window) => window.getTitle())
      .filter((title) => title.startsWith('Sign in to')),
  );

/** Runs a script in the page of the sign-in window, as the page itself would. */
export const inSignInPage = (app: RunningApp, script: string): Promise<unknown> =>
  app.electron.evaluate(({ BrowserWindow }, text) => {
    const window = BrowserWindow.getAllWindows().find((one) => one.getTitle().startsWith('Sign in to'));
    return window?.webContents.executeJavaScript(text, true).catch((error: unknown) => String(error));
  }, script);
