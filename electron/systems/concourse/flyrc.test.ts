import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { flyrcFile, flyTargets, flyToken } from './flyrc';

const ci = 'https://ci.example.test';
const tokenUntil = (seconds: number): string => {
  const bytes = Buffer.alloc(28, 7);
  bytes.writeBigUInt64LE(BigInt(seconds), 20);
  return bytes.toString('base64');
};
const now = new Date('2026-11-30T12:00:00Z');
const later = tokenUntil(1_796_090_400);
let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'signalbox-flyrc-'));
  file = path.join(folder, '.flyrc');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** As `fly` writes it (`fly/rc/targets.go`, sigs.k8s.io/yaml). */
const written = `targets:
  notify:
    api: ${ci}
    team: preview
    token:
      type: bearer
      value: ${later}
  old:
    api: ${ci}/
    token:
      type: Bearer
      value: ${tokenUntil(1_700_000_000)}
  elsewhere:
    api: https://other.example.test
    team: main
    token:
      type: bearer
      value: other-servers-own-token
  signed-out:
    api: ${ci}
    team: main
    token:
      type: ""
      value: ""
  plain:
    api: http://ci.example.test
    team: main
    token:
      type: bearer
      value: ${later}
`;

describe('sessions of fly', () => {
  it('are those of this server alone, without their tokens', async () => {
    await writeFile(file, written);
    const targets = await flyTargets(file, `${ci}/`, now);
    expect(targets).toEqual([
      { name: 'notify', team: 'preview', expires: '2026-12-01T02:00:00.000Z', isOver: false },
      { name: 'old', team: 'main', expires: '2023-11-14T22:13:20.000Z', isOver: true },
    ]);
    expect(JSON.stringify(targets)).not.toContain(later);
    expect(await flyToken(file, ci, 'notify')).toBe(later);
    await expect(flyToken(file, ci, 'elsewhere')).rejects.toThrow('no longer has a session');
  });

  it.each([
    ['is not there', null, 'There is no ~/.flyrc'],
    ['is too large', `targets: {}\n#${'x'.repeat(600_000)}`, 'too large'],
    ['is no YAML', 'targets: [', 'not as fly writes it'],
    ['is something else', 'targets: none', 'not as fly writes it'],
    [
      'unfolds without end',
      `a: &a [x,x,x,x,x,x,x,x,x]\n${'bcdefghijk'
        .split('')
        .map((name, index) => `${name}: &${name} [${Array(9).fill(`*${'abcdefghij'[index]}`).join()}]`)
        .join('\n')}\ntargets: {}\n`,
      'not as fly writes it',
    ],
  ])('are not taken from a file that %s', async (_what, text, said) => {
    if (text !== null) await writeFile(file, text);
    await expect(flyTargets(file, ci, now)).rejects.toThrow(said);
  });

  it('lie where fly keeps them', () => {
    expect(flyrcFile({ FLY_HOME: '/f', HOME: '/h' })).toBe(path.join('/f', '.flyrc'));
    expect(flyrcFile({ HOME: '/h' })).toBe(path.join('/h', '.flyrc'));
    expect(flyrcFile({})).toBeNull();
  });
});
