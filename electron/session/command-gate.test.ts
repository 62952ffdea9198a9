/** What an estate file has run to log in, while the estate file comes from somebody's repo. */
import { execFileSync } from 'node:child_process';
import { chmod, mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { stringify } from 'yaml';
import { execUser, foreignEstateForEachTest } from './testing/foreign-estate';

const foreign = foreignEstateForEachTest();

/** A wrapper that leaves a mark and runs the rest of its words. */
async function wrapper(file: string, mark: string): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(
    file,
    `#!/bin/sh\ntouch '${foreign.place(`${mark}.ran`)}'\nwhile [ "$1" != -- ]; do shift; done\nshift\nexec "$@"\n`,
  );
  await chmod(file, 0o700);
}

/** The person's own kubeconfig, whose login is a script of theirs. */
async function ownKubeconfig(): Promise<void> {
  await foreign.script('own', 'of-own');
  await foreign.kubeconfig(execUser('./own.sh', ['get-token']));
  vi.stubEnv('KUBECONFIG', foreign.place('kubeconfig'));
}

describe('a wrapper of the estate file', () => {
  it('of a repo does not run when it changed between two fetches', async () => {
    await ownKubeconfig();
    const upstream = path.join(foreign.folder, 'upstream');
    const clone = path.join(foreign.folder, 'clone');
    const git = (folder: string, ...args: string[]) =>
      execFileSync('git', ['-C', folder, '-c', 'user.name=A', '-c', 'user.email=a@example.org', ...args], {
        stdio: 'ignore',
      });
    const publish = async (
      words: string[],
      mark: string,
      env: Record<string, string> = {},
    ): Promise<void> => {
      await wrapper(path.join(upstream, 'bin', 'assume'), mark);
      await writeFile(
        path.join(upstream, 'signalbox.yaml'),
        stringify({
          name: 'A team’s',
          ledger: { url: path.join(foreign.folder, 'ledger') },
          environments: [{ name: 'staging', cluster: { context: 'c', exec: { wrapper: words, env } } }],
        }),
      );
      git(upstream, 'add', '.');
      git(upstream, 'commit', '--allow-empty', '-m', 'Publish');
    };
    await mkdir(upstream);
    git(upstream, 'init', '--initial-branch=main');
    await publish(['./bin/assume', 'readonly', '--'], 'first');
    git(foreign.folder, 'clone', upstream, clone);
    const file = path.join(clone, 'signalbox.yaml');

    const first = await foreign.openFile(file);
    const asked = await foreign.waiting(first);
    const program = path.join(clone, 'bin', 'assume');
    expect(asked).toMatchObject({
      from: 'estate-file',
      command: `${program} readonly -- ${foreign.place('own.sh')} get-token`,
      programs: [program, foreign.place('own.sh')].sort(),
      server: foreign.url,
    });
    expect([foreign.ran('first'), foreign.ran('own'), foreign.tokens]).toEqual([false, false, []]);
    first.consents.allow(asked.hash);
    await expect.poll(() => foreign.tokens).toContain('Bearer of-own');
    expect(foreign.ran('first')).toBe(true);
    await foreign.close(first);

    for (const [words, mark, env] of [
      // Another command line, another program under the same one, and another variable.
      [['./bin/assume', 'admin', '--'], 'first', {}],
      [['./bin/assume', 'readonly', '--'], 'second', {}],
      [['./bin/assume', 'readonly', '--'], 'first', { AWS_PROFILE: 'admin' }],
    ] as const) {
      await publish([...words], mark, env);
      git(clone, 'pull', '--ff-only');
      await Promise.all(
        ['first', 'second', 'own'].map((one) => rm(foreign.place(`${one}.ran`), { force: true })),
      );
      const again = await foreign.openFile(file);
      const request = await foreign.waiting(again);
      expect(request.hash).not.toBe(asked.hash);
      expect(request.changedSince).toBe(foreign.saved[0]?.at);
      expect(['first', 'second', 'own'].filter((one) => foreign.ran(one))).toEqual([]);
      await foreign.close(again);
    }

    await publish(['./bin/assume', 'readonly', '--'], 'first');
    git(clone, 'pull', '--ff-only');
    const back = await foreign.openFile(file);
    await expect.poll(() => foreign.ran('own')).toBe(true);
    expect(back.consents.waiting()).toEqual([]);
  });

  it('is asked about again when its program is another one while Signalbox runs', async () => {
    await ownKubeconfig();
    await wrapper(foreign.place('assume'), 'first');
    const session = await foreign.open({ exec: { wrapper: ['./assume', '--'] } });
    session.consents.allow((await foreign.waiting(session)).hash);
    await expect.poll(() => foreign.tokens).toContain('Bearer of-own');
    await wrapper(foreign.place('assume'), 'other');
    // Credentials are read again a minute later.
    vi.spyOn(Date, 'now').mockReturnValue(Date.now() + 61_000);
    await foreign.waiting(session);
    expect(foreign.ran('other')).toBe(false);
  });

  it.each<[string, (estate: string) => { exec: { wrapper: string[]; env?: Record<string, string> } }]>([
    ['named by its whole path', (estate) => ({ exec: { wrapper: ['sh', `${estate}/login.sh`, '--'] } })],
    ['named from the estate file', () => ({ exec: { wrapper: ['sh', './login.sh', '--'] } })],
    ['in a flag', (estate) => ({ exec: { wrapper: ['./assume', `--config=${estate}/login.sh`, '--'] } })],
    [
      'in a variable',
      (estate) => ({ exec: { wrapper: ['./assume', '--'], env: { AWS_CONFIG_FILE: `${estate}/login.sh` } } }),
    ],
  ])('is asked about again when a file of its repo changed that is %s', async (_, clusterOf) => {
    // The person's own kubeconfig lies elsewhere.
    await mkdir(path.join(foreign.folder, 'home'));
    await foreign.script('own', 'of-own');
    await foreign.kubeconfig(execUser('../estate/own.sh', ['get-token']), {}, '../home/kubeconfig');
    vi.stubEnv('KUBECONFIG', path.join(foreign.folder, 'home', 'kubeconfig'));
    await wrapper(foreign.place('assume'), 'first');
    await wrapper(foreign.place('login.sh'), 'first');
    const cluster = clusterOf(path.dirname(foreign.place('login.sh')));
    const first = await foreign.open(cluster);
    const asked = await foreign.waiting(first);
    expect(asked.programs).toContain(foreign.place('login.sh'));
    await foreign.close(first);
    await wrapper(foreign.place('login.sh'), 'other');
    const again = await foreign.open(cluster);
    expect((await foreign.waiting(again)).hash).not.toBe(asked.hash);
  });

  it('that uses a folder of its repo is refused in words', async () => {
    await ownKubeconfig();
    await wrapper(foreign.place('assume'), 'first');
    await mkdir(foreign.place('steps'));
    const session = await foreign.open({ exec: { wrapper: ['./assume', foreign.place('steps'), '--'] } });
    await expect
      .poll(() => session.clusters.get('staging')?.view.freshness())
      .toMatchObject({ failure: { message: expect.stringContaining('can’t be reviewed') } });
    expect(session.consents.waiting()).toEqual([]);
  });

  it('that was replaced while the person read what it does is not the one that was allowed', async () => {
    await ownKubeconfig();
    await wrapper(foreign.place('assume'), 'first');
    const session = await foreign.open({ exec: { wrapper: ['./assume', '--'] } });
    const { hash } = await foreign.waiting(session);
    await wrapper(foreign.place('assume'), 'other');
    session.consents.allow(hash);
    await expect.poll(() => session.consents.waiting()[0]?.changedSince).toBe(foreign.saved[0]?.at);
    await foreign.waiting(session);
    expect([foreign.ran('first'), foreign.ran('other'), foreign.tokens]).toEqual([false, false, []]);
  });

  it('that fails once it was allowed is told as that, with what to run in a terminal', async () => {
    await ownKubeconfig();
    await writeFile(foreign.place('assume'), '#!/bin/sh\necho "MFA code needed" >&2\nexit 1\n');
    await chmod(foreign.place('assume'), 0o700);
    const session = await foreign.open({ exec: { wrapper: ['./assume', '--'] } });
    const request = await foreign.waiting(session);
    session.consents.allow(request.hash);
    await expect
      .poll(() => session.clusters.get('staging')?.view.freshness())
      .toMatchObject({
        failure: {
          code: 'unauthorised',
          meaning: expect.stringContaining('MFA code needed'),
          next: expect.arrayContaining([expect.objectContaining({ do: 'copy', text: request.command })]),
        },
      });
  });

  it('is asked about again when the person’s own login command changed', async () => {
    await ownKubeconfig();
    await wrapper(foreign.place('assume'), 'first');
    const first = await foreign.open({ exec: { wrapper: ['./assume', '--'] } });
    const { hash } = await foreign.waiting(first);
    first.consents.allow(hash);
    await foreign.close(first);
    await foreign.kubeconfig(execUser('./own.sh', ['get-token', '--admin']));
    const again = await foreign.open({ exec: { wrapper: ['./assume', '--'] } });
    expect((await foreign.waiting(again)).hash).not.toBe(hash);
  });

  it('that sets variables alone is asked about, too, and gives the command what it needs', async () => {
    await foreign.script('own', 'of-own');
    await writeFile(
      foreign.place('own.sh'),
      `#!/bin/sh\necho '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"'"$AWS_PROFILE"'"}}'\n`,
    );
    await foreign.kubeconfig(execUser('./own.sh'));
    vi.stubEnv('KUBECONFIG', foreign.place('kubeconfig'));
    const session = await foreign.open({ exec: { env: { AWS_PROFILE: 'govuk-staging' } } });
    const request = await foreign.waiting(session);
    expect(request.command).toBe(`AWS_PROFILE=govuk-staging ${foreign.place('own.sh')}`);
    session.consents.allow(request.hash);
    await expect.poll(() => foreign.tokens).toContain('Bearer govuk-staging');
  });

  it('is not asked about where no login command is run', async () => {
    await foreign.kubeconfig({ token: 'inline' });
    vi.stubEnv('KUBECONFIG', foreign.place('kubeconfig'));
    const session = await foreign.open({ exec: { wrapper: ['./assume', '--'] } });
    await expect.poll(() => foreign.tokens).toContain('Bearer inline');
    expect(session.consents.waiting()).toEqual([]);
  });

  it('that nobody could read to its end is refused', async () => {
    await ownKubeconfig();
    await wrapper(foreign.place('assume'), 'first');
    await foreign.kubeconfig(execUser('./own.sh', [`${' '.repeat(20_000)}; rm -rf ~`]));
    const session = await foreign.open({ exec: { wrapper: ['./assume', '--'] } });
    await expect
      .poll(() => session.clusters.get('staging')?.view.freshness())
      .toMatchObject({ failure: { message: expect.stringContaining('too many to be reviewed') } });
    expect(foreign.ran('first')).toBe(false);
  });
});
