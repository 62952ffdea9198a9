import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it } from 'vitest';
import { BareRepo } from '../git/bare-repo';
import { git } from '../git/command';
import { deployWorkflow } from './deploy-workflow';
import { installDeployWorkflow } from './install-deploy-workflow';

it('gives repos that were seeded before there was one their deploy workflow, once', async () => {
  const gitDir = await mkdtemp(path.join(tmpdir(), 'practice-workflow-'));
  try {
    await mkdir(gitDir, { recursive: true });
    await git(gitDir, ['init', '-q', '--bare', '--initial-branch=main']);
    await git(gitDir, ['fast-import', '--quiet'], {
      input:
        'commit refs/heads/main\ncommitter Demo <demo@example.invalid> 1700000000 +0000\ndata 5\nfirst\nM 644 inline .github/workflows/deploy.yml\ndata 9\non: push\n\n\n',
    });
    const repo = new BareRepo(gitDir);
    const now = new Date('2026-03-04T12:00:00Z');
    await installDeployWorkflow(repo, now);
    const main = (await repo.readRef('refs/heads/main')) ?? '';
    expect(await repo.text(main, '.github/workflows/deploy.yml')).toBe(deployWorkflow);
    expect(await repo.log(['refs/heads/main'])).toHaveLength(2);
    await installDeployWorkflow(repo, now);
    expect(await repo.readRef('refs/heads/main')).toBe(main);
  } finally {
    await rm(gitDir, { recursive: true, force: true });
  }
});
