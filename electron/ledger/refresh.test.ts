import { afterEach, beforeEach, expect, it } from 'vitest';
import { startHeldLink } from './testing/held-link';
import { commitFiles, makeEstate, type TestEstate, tagFile, tagPath, unwrap } from './testing/release-repo';

const path = tagPath('production', 'good');
let estate: TestEstate;
beforeEach(async () => {
  estate = await makeEstate({ [path]: tagFile('v1') });
});
afterEach(() => estate.close());

it('tells what lay at the remote after it was called, also while an older look is under way', async () => {
  const link = await startHeldLink({ port: Number(new URL(estate.url).port) });
  try {
    const url = new URL(estate.url);
    url.port = String(link.port);
    const ledger = await estate.open('a', { url: url.href });
    unwrap(await ledger.refresh());
    link.hold();
    const older = ledger.refresh();
    // The remote has answered; the answer is on its way.
    await expect.poll(() => link.held()).toBeGreaterThan(0);
    await commitFiles(estate.gitDir, { [path]: tagFile('v2') });
    const newer = [ledger.refresh(), ledger.refresh()];
    link.release();
    expect(unwrap(await older).file(path)?.text).toBe(tagFile('v1'));
    for (const one of newer) expect(unwrap(await one).file(path)?.text).toBe(tagFile('v2'));
  } finally {
    link.close();
  }
});
