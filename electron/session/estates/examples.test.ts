import { execFileSync } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { noLog } from '../../log/log';
import { readEstateFile } from '../choose-estate';
import { openSession } from '../open-session';

const examples = path.join(import.meta.dirname, '..', '..', '..', 'docs', 'examples');
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'signalbox-examples-'));
  const author = ['-c', 'user.name=A', '-c', 'user.email=a@example.org'];
  execFileSync('git', ['init', '--quiet', '--initial-branch=main', path.join(folder, 'repo')]);
  execFileSync('git', [
    '-C',
    path.join(folder, 'repo'),
    ...author,
    'commit',
    '--quiet',
    '--allow-empty',
    '-m',
    'Begin',
  ]);
});
afterAll(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));

describe('a worked example of the docs', () => {
  it('there is of every kind of pipeline', async () => {
    const texts = await Promise.all(
      (await readdir(examples)).map((name) => readFile(path.join(examples, name), 'utf8')),
    );
    for (const kind of ['apps', 'bags', 'concourse'])
      expect(texts.filter((text) => text.includes(`kind: ${kind}`))).toHaveLength(1);
  });

  it.each(['image-tags', 'bags', 'concourse'])('opens: %s', async (name) => {
    const estate = await readEstateFile(path.join(examples, `${name}.yaml`));
    // Its own repo, and nobody's clusters or GitHub: what is opened is all that the file describes.
    const ledger = { ...estate.ledger, url: `file://${path.join(folder, 'repo')}` };
    const records = ledger.records && { ...ledger.records, branch: 'signalbox' };
    const session = await openSession({
      estate: { ...estate, ledger: { ...ledger, ...(records ? { records } : {}) } },
      mode: 'real',
      dir: path.join(folder, name),
      inPlace: false,
      identity: () => ({ name: 'A', email: 'a@example.org' }),
      ledgerCredentials: async () => null,
      githubToken: async () => null,
      fetch: async () => new Response('{}', { status: 503 }),
      log: noLog,
    });
    try {
      const pipelines = estate.pipelines.filter(({ kind }) => kind === 'concourse');
      expect([...session.concourses.views.keys()]).toEqual(pipelines.map((one) => one.name));
      // What a Concourse deploys is on its own screen.
      const onBoard = pipelines.length > 0 ? [] : estate.environments.map((one) => one.name);
      expect(session.engine.board().environments.map((one) => one.name)).toEqual(onBoard);
    } finally {
      await session.close();
    }
  });
});
