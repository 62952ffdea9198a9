import type { BareRepo } from '../git/bare-repo';
import { deployFile, deployWorkflow } from './deploy-workflow';
import { developers, web } from './people';

const path = `.github/workflows/${deployFile}`;

/** Brings the deploy workflow of an app's repo up to date that an older version of this estate seeded. */
export async function installDeployWorkflow(repo: BareRepo, now: Date): Promise<void> {
  const ref = 'refs/heads/main';
  const main = await repo.readRef(ref);
  if (main === null || (await repo.text(main, path)) === deployWorkflow) return;
  const { name, email } = developers[0] ?? web;
  const commit = await repo.commitFiles({
    parent: main,
    files: new Map([[path, deployWorkflow]]),
    message: 'Deploy by hand, through Actions\n',
    author: { name, email, at: now },
  });
  // Where it moved meanwhile, the next start looks again.
  await repo.swapRef(ref, main, commit);
}
