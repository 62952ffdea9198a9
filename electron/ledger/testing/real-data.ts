import { createReadStream, existsSync } from 'node:fs';
import { join } from 'node:path';
import { createGunzip } from 'node:zlib';
import { execa } from 'execa';
import { initBare } from '../../systems/git/init';
import { gitEnvironment } from '../../systems/git/run-git';

/** GOV.UK's release repo, image tags alone, as a stream for git-fast-import(1); beside the project, where it is at all. */
export const realDataFile = join(
  import.meta.dirname,
  '../../../../shared/data/govuk-image-tags.fast-export.gz',
);

export const hasRealData = (): boolean => existsSync(realDataFile);

/** Makes a bare repo of the real data (about 110,000 commits on main). */
export async function importRealData(gitDir: string): Promise<void> {
  await initBare(gitDir, 'main');
  await execa('git', ['fast-import', '--quiet'], {
    env: gitEnvironment({ gitDir }),
    extendEnv: false,
    input: createReadStream(realDataFile).pipe(createGunzip()),
  });
}
