import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { defaultImageTagPath } from '../../shared/domain/estate/estate';
import { editImageTagFile } from '../../shared/domain/ledger/image-tag-edit';
import { readImageTagFile } from '../../shared/domain/ledger/image-tag-file';
import { imageTagLayout } from '../../shared/domain/ledger/layout';
import { detectEstate, ledgerTarget, readOnlyConfig } from './detect-estate';
import type { Ledger } from './ledger';
import { openLedger } from './open-ledger';
import { printableBoard } from './printable-board';
import { realRepo, realRepoMissing } from './testing/real-data';
import { unwrap } from './testing/release-repo';

describe('the real release repo', { timeout: 600_000 }, () => {
  let gitDir = '';
  let ledger: Ledger | undefined;
  beforeAll(async () => {
    gitDir = (await realRepo()) ?? '';
    if (gitDir) ledger = unwrap(await openLedger(readOnlyConfig(unwrap(await ledgerTarget(gitDir)), '')));
  }, 600_000);
  beforeEach((context) => context.skip(gitDir === '', realRepoMissing));
  afterAll(() => ledger?.close());

  it('changes image_tag in all 209 files by those bytes alone, or not at all', () => {
    const snapshot = ledger?.snapshot();
    const paths = snapshot?.list('') ?? [];
    expect(paths).toHaveLength(209);
    let changed = 0;
    for (const path of paths) {
      const { text = '' } = snapshot?.file(path) ?? {};
      for (const tag of ['v99999', '0123456789012345678901234567890123456789', 'release-x']) {
        const edit = editImageTagFile(text, { imageTag: tag });
        const before = readImageTagFile(text).imageTag;
        if (before === null) {
          expect([path, text, edit.ok]).toEqual([path, '', false]);
          continue;
        }
        changed++;
        const at = text.indexOf('image_tag: ') + 'image_tag: '.length;
        const value = /^0\d+$/.test(tag) ? `"${tag}"` : tag;
        expect(edit).toEqual({ ok: true, text: text.slice(0, at) + value + text.slice(at + before.length) });
      }
    }
    expect(changed).toBe(191 * 3);
  });

  it('is found to be an estate of a chain of three environments and one apart', () => {
    if (!ledger) throw new Error('not open');
    const target = {
      url: gitDir,
      branch: 'main',
      landing: 'push',
      imageTagPath: defaultImageTagPath,
    } as const;
    const estate = unwrap(detectEstate(ledger.snapshot(), target, 'real'));
    expect(estate.environments.map(({ name, tier }) => `${name} ${tier}`)).toEqual([
      'integration standard',
      'staging standard',
      'production production',
      'test standard',
    ]);
    expect(estate.pipelines.map(({ environments }) => environments)).toEqual([
      ['integration', 'staging', 'production'],
    ]);
  });

  it('prints 191 versions and the 18 files without one', async () => {
    const { board } = unwrap(await printableBoard(gitDir));
    const layout = imageTagLayout(defaultImageTagPath);
    const versions = Object.values(board.environments).flatMap((apps) => Object.values(apps));
    expect(Object.keys(board.environments).sort()).toEqual(['integration', 'production', 'staging', 'test']);
    expect(versions).toHaveLength(191);
    expect(board.problems).toHaveLength(18);
    expect(board.problems.every(({ path, reason }) => layout.match(path) && reason.includes('empty'))).toBe(
      true,
    );
    expect(board.commit).toMatch(/^[0-9a-f]{40}$/);
  });
});
