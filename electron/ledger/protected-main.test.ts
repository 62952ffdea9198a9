import { uuidv7 } from 'uuidv7';
import { expect, it } from 'vitest';
import { deploy } from './testing/commit-deploy';
import { commitsOf, makeEstate, tagFile, tagPath, unwrap } from './testing/release-repo';

it('says in the remote\u2019s own words why a protected main did not take the change', async () => {
  const estate = await makeEstate({ [tagPath('production', 'good')]: tagFile('v1') });
  try {
    estate.server.setFaults({ protectedMain: true });
    const ledger = await estate.open('a');
    unwrap(await ledger.refresh());
    const operationId = uuidv7();
    const result = await ledger.transact(
      { operationId, what: 'deploy good' },
      deploy({ operationId, app: 'good', version: 'v2', expectedFrom: null }),
    );
    expect(result).toMatchObject({ ok: false, failure: { code: 'forbidden' } });
    const meaning = result.ok ? '' : result.failure.meaning;
    expect(meaning).toContain('GH006: Protected branch update failed for refs/heads/main.');
    expect(meaning).toContain('Changes must be made through a pull request.');
    expect(await commitsOf(estate.gitDir)).toHaveLength(1);
  } finally {
    await estate.close();
  }
});
