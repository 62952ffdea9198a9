import { mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { execUser, foreignEstateForEachTest } from './testing/foreign-estate';

const foreign = foreignEstateForEachTest();

describe('a kubeconfig that the estate file names', () => {
  it('runs no program before it was allowed, and then at once', async () => {
    await foreign.script('evil', 'of-evil');
    await foreign.kubeconfig(
      execUser('./evil.sh', ['--all', 'a b'], { env: [{ name: 'HOST', value: 'x y' }] }),
    );
    const session = await foreign.open();
    const request = await foreign.waiting(session);
    expect(request).toMatchObject({
      command: `HOST='x y' ${foreign.place('evil.sh')} --all 'a b'`,
      server: foreign.url,
      programs: [foreign.place('evil.sh')],
      environments: ['staging'],
      changedSince: null,
    });
    expect(foreign.ran()).toBe(false);
    expect(foreign.tokens).toEqual([]);
    session.consents.allow(request.hash);
    await expect.poll(() => foreign.tokens).toContain('Bearer of-evil');
    expect(foreign.ran()).toBe(true);
    expect(session.consents.waiting()).toEqual([]);
    expect(foreign.saved).toMatchObject([{ hash: request.hash, at: expect.any(String) }]);
  });

  it('is not asked about again while it stays as it is, and again when its program changed', async () => {
    await foreign.script('evil', 'first');
    await foreign.kubeconfig(execUser('sh', ['-c', './evil.sh']));
    vi.spyOn(process, 'cwd').mockReturnValue(foreign.place(''));
    const first = await foreign.open();
    first.consents.allow((await foreign.waiting(first)).hash);
    await foreign.close(first);
    await foreign.kubeconfig(execUser('sh', ['-c', './evil.sh']));
    const second = await foreign.open();
    await expect
      .poll(() => second.clusters.get('staging')?.view.freshness())
      .not.toMatchObject({ state: 'connecting' });
    expect(second.consents.waiting()).toEqual([]);
    await foreign.close(second);
    await foreign.script('evil', 'second');
    const third = await foreign.open();
    const request = await foreign.waiting(third);
    expect(request.changedSince).toBe(foreign.saved[0]?.at);
  });

  it.each([
    ['its command', execUser('./evil.sh', ['--more']), {}],
    ['a variable of it', execUser('./evil.sh', [], { env: [{ name: 'A', value: 'b' }] }), {}],
    ['its server’s proxy', execUser('./evil.sh'), { 'proxy-url': 'http://127.0.0.1:1' }],
    ['what is believed of its server', execUser('./evil.sh'), { 'insecure-skip-tls-verify': true }],
  ])('is asked about again when %s changed', async (_, user, cluster) => {
    await foreign.script('evil', 'token');
    await foreign.kubeconfig(execUser('./evil.sh'));
    const first = await foreign.open();
    const before = await foreign.waiting(first);
    first.consents.allow(before.hash);
    await foreign.close(first);
    await foreign.kubeconfig(user, cluster);
    const again = await foreign.open();
    expect((await foreign.waiting(again)).hash).not.toBe(before.hash);
  });

  it('is asked about again when it changed while Signalbox runs', async () => {
    await foreign.script('evil', 'first');
    await foreign.script('worse', 'worse');
    await foreign.kubeconfig(execUser('./evil.sh'));
    const session = await foreign.open();
    session.consents.allow((await foreign.waiting(session)).hash);
    await expect.poll(() => foreign.tokens).toContain('Bearer first');
    await foreign.kubeconfig(execUser('./worse.sh'));
    // Credentials are read again a minute later.
    vi.spyOn(Date, 'now').mockReturnValue(Date.now() + 61_000);
    expect(await foreign.waiting(session)).toMatchObject({
      command: foreign.place('worse.sh'),
      changedSince: foreign.saved[0]?.at,
    });
    expect(foreign.ran('worse')).toBe(false);
  });

  it('runs nothing any more when it was withdrawn', async () => {
    await foreign.script('evil', 'token');
    await foreign.kubeconfig(execUser('./evil.sh'));
    const session = await foreign.open();
    const { hash } = await foreign.waiting(session);
    session.consents.allow(hash);
    await expect.poll(() => foreign.ran()).toBe(true);
    await rm(foreign.place('evil.ran'));
    session.consents.withdraw(hash);
    expect((await foreign.waiting(session)).hash).toBe(hash);
    expect(foreign.ran()).toBe(false);
    expect(foreign.saved).toEqual([]);
  });

  it('sends no file from elsewhere before it was allowed', async () => {
    await writeFile(path.join(foreign.folder, 'secret'), 'of-the-person');
    // Also where its own folder only seems to hold it.
    await symlink(path.join(foreign.folder, 'secret'), foreign.place('token'));
    await foreign.kubeconfig({ tokenFile: 'token' });
    const session = await foreign.open();
    const request = await foreign.waiting(session);
    expect(request).toMatchObject({
      command: null,
      files: [{ use: 'token', path: path.join(foreign.folder, 'secret') }],
    });
    expect(foreign.tokens).toEqual([]);
    session.consents.allow(request.hash);
    await expect.poll(() => foreign.tokens).toContain('Bearer of-the-person');
  });

  it('is not asked about for what lies in it', async () => {
    await foreign.kubeconfig({ token: 'inline', ...execUser('./evil.sh') });
    const session = await foreign.open();
    await expect.poll(() => foreign.tokens).toContain('Bearer inline');
    expect(session.consents.waiting()).toEqual([]);
  });

  it('runs no program of an auth-provider’s, as kubectl runs none', async () => {
    await foreign.script('evil', 'token');
    await writeFile(path.join(foreign.folder, 'secret'), 'of-the-person');
    for (const config of [
      { exec: { command: foreign.place('evil.sh'), apiVersion: 'client.authentication.k8s.io/v1' } },
      { tokenFile: path.join(foreign.folder, 'secret') },
    ]) {
      await foreign.kubeconfig({ 'auth-provider': { name: 'oidc', config } });
      const session = await foreign.open();
      await expect.poll(() => session.clusters.get('staging')?.view.freshness().state).toBe('unreachable');
      expect(foreign.ran()).toBe(false);
      expect(foreign.tokens).toEqual([]);
      await foreign.close(session);
    }
  });
});

describe('the person’s own kubeconfig', () => {
  it.each([
    ['left out', {}],
    ['named', { kubeconfig: 'kubeconfig' }],
  ])('asks nothing, %s in the estate file', async (_, cluster) => {
    await foreign.script('own', 'own');
    await foreign.kubeconfig(execUser('./own.sh'));
    vi.stubEnv('KUBECONFIG', foreign.place('kubeconfig'));
    const session = await foreign.open(cluster);
    await expect.poll(() => foreign.tokens).toContain('Bearer own');
    expect(session.consents.waiting()).toEqual([]);
  });

  it('is another one where a link leads to it from elsewhere, since its paths lead elsewhere too', async () => {
    await mkdir(path.join(foreign.folder, 'home'));
    await foreign.script('own', 'own');
    await foreign.kubeconfig(execUser('./own.sh'), {}, '../home/config');
    vi.stubEnv('KUBECONFIG', path.join(foreign.folder, 'home', 'config'));
    await symlink(path.join(foreign.folder, 'home', 'config'), foreign.place('kubeconfig'));
    const session = await foreign.open();
    expect(await foreign.waiting(session)).toMatchObject({ command: foreign.place('own.sh') });
    expect(await readFile(foreign.place('own.ran'), 'utf8').catch(() => null)).toBeNull();
  });
});
