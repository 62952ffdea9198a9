import { chown, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Spec, Validation } from '@cyclonedx/cyclonedx-library';
import { listPackage } from '@electron/asar';
import { FuseV1Options, getCurrentFuseWire } from '@electron/fuses';
import { expect, type Page, test } from '@playwright/test';
import { execa } from 'execa';
import { stringify } from 'yaml';
import { playShort } from '../electron/dev/drill/incident';
import { createReport } from '../electron/dev/drill/report';
import {
  helpersOf,
  layOut,
  type PackagedApp,
  startPackaged,
  userDataIn,
  whoRuns,
} from '../electron/dev/packaged-app';
import { inProject } from '../electron/dev/project';
import { licencesSchema } from '../shared/domain/licences/licences';
import { expectUnmoved } from './fuzz-calls';
import { practiceOf } from './practice';
import { type ReleaseServer, startReleaseServer } from './release-server';
import { ask, boardReady, ended, freshBoard, goTo, startDeploy, versionOf } from './screen';

test.skip(process.platform !== 'linux', 'the folder that is packaged here is for Linux');

let place: { program: string; home: string };
let app: PackagedApp | undefined;
let releases: ReleaseServer | undefined;
/** What stands for the AppImage that was started. */
let appImage: string;

test.beforeAll(async () => {
  releases = await startReleaseServer();
  await execa('npm', ['run', '--silent', 'package', '--', '--dir'], {
    cwd: inProject(),
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { SIGNALBOX_UPDATE_KEY: releases.key },
  });
  place = await layOut();
  appImage = path.join(place.home, 'Signalbox.AppImage');
  await writeFile(
    resource('app-update.yml'),
    stringify({ provider: 'generic', url: releases.url, updaterCacheDirName: 'signalbox-updater' }),
  );
});
test.afterAll(async () => {
  await app?.close();
  await releases?.close();
  if (place) await rm(path.dirname(place.home), { recursive: true, force: true, maxRetries: 5 });
});

const resource = (name: string): string => path.join(path.dirname(place.program), 'resources', name);

test('the fuses of the packaged program are as Electron’s security checklist says', async () => {
  const wire = await getCurrentFuseWire(place.program);
  // A fuse is a character: 1 on, 0 off, r removed (Electron, "Electron Fuses").
  const on = (fuse: FuseV1Options): boolean => String.fromCharCode(wire[fuse] ?? 0) === '1';
  expect({
    runAsNode: on(FuseV1Options.RunAsNode),
    cookieEncryption: on(FuseV1Options.EnableCookieEncryption),
    nodeOptions: on(FuseV1Options.EnableNodeOptionsEnvironmentVariable),
    nodeInspect: on(FuseV1Options.EnableNodeCliInspectArguments),
    asarIntegrity: on(FuseV1Options.EnableEmbeddedAsarIntegrityValidation),
    onlyFromAsar: on(FuseV1Options.OnlyLoadAppFromAsar),
    ownSnapshot: on(FuseV1Options.LoadBrowserProcessSpecificV8Snapshot),
    fileProtocol: on(FuseV1Options.GrantFileProtocolExtraPrivileges),
  }).toEqual({
    runAsNode: false,
    cookieEncryption: true,
    nodeOptions: false,
    nodeInspect: false,
    asarIntegrity: true,
    onlyFromAsar: true,
    ownSnapshot: false,
    fileProtocol: false,
  });
  // The fuse says it; the program does it: as Node it would print 42 and end.
  const asNode = await execa(place.program, ['--version'], {
    env: { ELECTRON_RUN_AS_NODE: '1', NODE_OPTIONS: '--require=/nonexistent' },
    reject: false,
    timeout: 60_000,
  });
  expect(asNode.stdout).not.toMatch(/^v20/);
});

test('the package holds what runs and nothing of development, and lists it with licences', async () => {
  const files = listPackage(resource('app.asar'), { isPack: false });
  expect(
    files.filter((file) =>
      /\.map$|\.test\.|[\\/]testing[\\/]|node_modules[\\/](electron|vite|playwright)[\\/]/.test(file),
    ),
  ).toEqual([]);
  const bom = await readFile(resource('sbom.cdx.json'), 'utf8');
  const faults = await new Validation.JsonStrictValidator(Spec.Version.v1dot5).validate(bom);
  expect(faults).toBeNull();
  const licences = licencesSchema.parse(JSON.parse(await readFile(resource('licences.json'), 'utf8')));
  const named = licences.packages.map(({ name, version }) => `${name}@${version}`).sort();
  const components = (JSON.parse(bom) as { components: { name: string; version: string }[] }).components;
  expect(
    components
      .map(({ name, version }) => `${name}@${version}`)
      .filter((one) => !one.startsWith('electron@'))
      .sort(),
  ).toEqual(named);
  // One that is shipped as it is, one that is in the window's bundle, one that is in main's, a font, native code.
  for (const name of [
    'libsql',
    'react',
    '@kubernetes/client-node',
    '@fontsource-variable/inter',
    '@libsql/linux-x64-gnu',
  ])
    expect(named.join(' ')).toContain(`${name}@`);
  expect(named.join(' ')).not.toMatch(/vite@|playwright@|vitest@|electron-builder@|typescript@/);
  for (const { name, text } of licences.packages)
    expect(licences.texts[text]?.length ?? 0, name).toBeGreaterThan(100);
});

test('the packaged app, with no option and an empty home, plays the short drill in its sandbox', async () => {
  app = await start();
  const { page } = app;
  await page.getByRole('button', { name: /^Practise/ }).click();
  const lines: string[] = [];
  const report = createReport(false, (line) => lines.push(line));
  const shots = test.info().outputPath('shots');
  await playShort(page, report, shots);
  expect(lines.filter((line) => !line.startsWith('ok '))).toEqual([]);

  // It ran as installed: what it kept lies in its own folder, and no page of it could do more than its policy lets it.
  expect(await readFile(path.join(userDataIn(place.home), 'logs', 'main.log'), 'utf8')).not.toContain(
    '[error]',
  );
  const answer = await page.evaluate(async () => {
    const tried = await fetch('https://example.org/').then(
      () => 'reached',
      () => 'refused',
    );
    const { headers } = await fetch(location.href);
    let evaluated = 'refused';
    try {
      evaluated = String(new Function('return 42')());
    } catch {}
    return {
      tried,
      evaluated,
      policy: headers.get('content-security-policy'),
      node: typeof (globalThis as { process?: unknown }).process,
    };
  });
  expect(answer).toMatchObject({ tried: 'refused', evaluated: 'refused', node: 'undefined' });
  expect(answer.policy).toContain("default-src 'none'");
  const helpers = await helpersOf(place.program);
  const renderers = [...helpers].filter(([, line]) => line.includes('--type=renderer'));
  expect(renderers.length).toBeGreaterThan(0);
  const { sandboxed } = whoRuns();
  test.info().annotations.push({
    type: 'sandbox',
    description: sandboxed ? 'on' : 'off: root without user namespaces',
  });
  for (const [pid, line] of renderers) {
    expect(line.includes('--no-sandbox')).toBe(!sandboxed);
    // 2: system calls are filtered (proc(5), "Seccomp").
    if (sandboxed) expect(await readFile(`/proc/${pid}/status`, 'utf8')).toMatch(/^Seccomp:\t2$/m);
  }
});

test('calls that nobody means are answered by the packaged app, and change nothing', async () => {
  const { page } = await running();
  const practice = await practiceOf(userDataIn(place.home));
  await practice.control.setSpeed({ speed: 20 });
  await freshBoard(page);
  await boardReady(page);
  test.info().annotations.push({
    type: 'fuzz',
    description: await expectUnmoved(page, practice, { calls: 10_100, seed: 16 }),
  });
});

test('no page but ours stays in the window of the packaged app, and no frame has the bridge', async () => {
  const { page } = await running();
  const framed = await page.evaluate(async () => {
    const frames = ['about:blank', 'data:text/html,inner', `${location.origin}/index.html`].map((src) => {
      const frame = document.createElement('iframe');
      frame.src = src;
      document.body.append(frame);
      return frame;
    });
    await new Promise((resolve) => setTimeout(resolve, 500));
    return frames.map((frame) => {
      let bridge = 'refused';
      try {
        bridge = typeof (frame.contentWindow as { signalbox?: unknown } | null)?.signalbox;
      } catch {
        // Another origin, which nobody looks into.
      }
      frame.remove();
      return bridge;
    });
  });
  expect(framed.filter((bridge) => bridge !== 'undefined' && bridge !== 'refused')).toEqual([]);
  // The bridge itself is asked by its page's frame alone; e2e/shell.spec.ts asks it from others.
  await page.evaluate(() => void setTimeout(() => location.assign('data:text/html,other'), 0));
  await page.evaluate(() => void setTimeout(() => location.assign('about:blank#away'), 100));
  await expect.poll(() => page.url()).not.toContain('#/');
  await expect.poll(() => page.url()).toContain('app://signalbox/index.html');
  await boardReady(page);
});

test('licences are listed from the package, searched, and read by the keyboard', async () => {
  const { page } = await running();
  await goTo(page, '#/licences');
  const search = page.getByRole('searchbox', { name: 'Search licences' });
  await search.focus();
  await page.keyboard.type('libsql mit');
  const list = page.getByRole('list', { name: 'Packages' });
  await expect(list.getByRole('listitem').first()).toContainText('@libsql/linux-x64-gnu');
  for (let stops = 0; stops < 3; stops += 1) {
    await page.keyboard.press('Tab');
    if (await list.locator('summary:focus').count()) break;
  }
  await page.keyboard.press('Enter');
  await expect(list.locator('pre').first()).toContainText(/permission is hereby granted/i);
  await page.screenshot({ path: test.info().outputPath('licences.png') });
});

test('newer versions: genuine, whole and newer ones alone, never while an operation runs', async () => {
  const { page, ended: exited } = await running();
  const server = releases as ReleaseServer;
  const practice = await practiceOf(userDataIn(place.home));
  await goTo(page, '#/');
  await boardReady(page);
  const program = '#!/bin/sh\necho updated > "$HOME/updated"\n';
  const look = async () => ask(page, 'updates.look', {});

  await test.step('no server, an older one, a later stage, somebody else’s', async () => {
    server.fail();
    expect(await look()).toMatchObject({ phase: 'not-looked', failure: { code: 'unreachable' } });
    server.offer({ version: '0.0.9', program });
    expect(await look()).toMatchObject({ phase: 'newest', failure: null, version: null });
    server.offer({ version: '9.9.9', program, staging: 0 });
    expect(await look()).toMatchObject({ phase: 'newest' });
    server.offer({ version: '9.9.9', program, signed: 'not' });
    expect(await look()).toMatchObject({
      phase: 'not-looked',
      failure: { message: 'The newer version is not signed.' },
    });
    server.offer({ version: '9.9.9', program, signed: 'other' });
    expect(await look()).toMatchObject({ phase: 'not-looked', failure: { code: 'refused' } });
    // Nothing tells the server one computer from another.
    expect(new Set(server.asked().map(({ headers }) => headers['x-user-staging-id'])).size).toBe(1);
  });

  await test.step('what changed is shown as text; a damaged one is refused, after the operation', async () => {
    const notes =
      '<h2>Better</h2><ul><li>Faster &amp; calmer</li></ul><img src=x onerror="document.title=1">';
    server.offer({ version: '9.9.9', program, notes, damaged: true });
    await goTo(page, '#/settings');
    const panel = page.getByRole('region', { name: 'Updates' });
    await panel.getByRole('button', { name: 'Check for updates' }).click();
    await expect(panel.getByRole('region', { name: 'What changed in 9.9.9' })).toHaveText(
      /^Better\s+• Faster & calmer$/,
    );
    await page.screenshot({ path: test.info().outputPath('update.png') });
    const operation = await slowDeploy(page);
    await panel.getByRole('button', { name: 'Download' }).click();
    await expect(panel.getByText(/will be downloaded when nothing runs/)).toBeVisible();
    expect(server.asked().some(({ path: asked }) => asked.endsWith('.AppImage'))).toBe(false);
    await practice.control.setSpeed({ speed: 50 });
    await ended(page, operation);
    await expect(panel.getByText(/arrived damaged: its checksum is another one/)).toBeVisible();
    expect(await readFile(appImage, 'utf8')).toBe('the version that runs');
  });

  await test.step('a whole one is loaded, waits for the operation, and takes this one’s place', async () => {
    server.offer({ version: '9.9.9', program });
    await look();
    const panel = page.getByRole('region', { name: 'Updates' });
    await panel.getByRole('button', { name: 'Download' }).click();
    const install = panel.getByRole('button', { name: 'Install and restart' });
    await expect(install).toBeEnabled();
    const operation = await slowDeploy(page);
    await expect(install).toBeDisabled();
    await expect(panel.getByText(/installs nothing while an operation runs/)).toBeVisible();
    const refused = await page.evaluate(() => window.signalbox?.call['updates.install']({}));
    expect(refused).toMatchObject({ ok: false, failure: { code: 'busy' } });
    await practice.control.setSpeed({ speed: 50 });
    await ended(page, operation);
    await expect(install).toBeEnabled();
    await install.click();
    expect(await exited).toBe(0);
    expect(await readFile(appImage, 'utf8')).toBe(program);
    await expect
      .poll(() => readFile(path.join(place.home, 'updated'), 'utf8').catch(() => ''))
      .toBe('updated\n');
  });
});

/** A deploy that takes until the practice estate is made faster. */
async function slowDeploy(page: Page): Promise<string> {
  const practice = await practiceOf(userDataIn(place.home));
  await practice.control.setSpeed({ speed: 1 });
  const now = await versionOf(page, 'whitehall', 'integration');
  const { candidates } = await ask(page, 'candidates.list', { app: 'whitehall', query: '', limit: 20 });
  const version = candidates.find((one) => one.version !== now)?.version ?? '';
  return startDeploy(page, { app: 'whitehall', environment: 'integration', version });
}

/** Starts it as an AppImage is. */
async function start(): Promise<PackagedApp> {
  const { user } = whoRuns();
  await writeFile(appImage, 'the version that runs', { mode: 0o755 });
  if (user !== null) await chown(appImage, user, user);
  return startPackaged(place, { environment: { APPIMAGE: appImage } });
}

/** The app that runs, on the practice estate; it is started where a test before this one failed. */
async function running(): Promise<PackagedApp> {
  if (app) return app;
  app = await start();
  await app.page.getByRole('button', { name: /^Practise/ }).click();
  return app;
}
