import { readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { Spec, Validation } from '@cyclonedx/cyclonedx-library';
import { listPackage } from '@electron/asar';
import { FuseV1Options, getCurrentFuseWire } from '@electron/fuses';
import { expect, test } from '@playwright/test';
import { execa } from 'execa';
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

test.skip(process.platform !== 'linux', 'the folder that is packaged here is for Linux');

let place: { program: string; home: string };
let app: PackagedApp | undefined;

test.beforeAll(async () => {
  await execa('npm', ['run', '--silent', 'package', '--', '--dir'], {
    cwd: inProject(),
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  place = await layOut();
});
test.afterAll(async () => {
  await app?.close();
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
  app = await startPackaged(place);
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
