/**
 * Our YAML reader beside Go's `sigs.k8s.io/yaml`, which Helm and kubectl read with: the same verdict and the same value
 * for made-up image-tag files, records and kubeconfigs, whole and broken, and after edits of them.
 *
 * Go's answers to 100,000 texts are recorded as a digest for each 500 of them. By hand, with Go installed:
 * `SIGNALBOX_FUZZ=1000000 npx vitest run electron/testing/go-yaml.test.ts` asks Go itself, with a seed of its own
 * (`SIGNALBOX_FUZZ_SEED`), and `SIGNALBOX_FUZZ=record` records again.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readGoYaml } from '../../shared/domain/go/yaml/decode';
import { editImageTagFile } from '../../shared/domain/ledger/image-tag-edit';
import { yamlTexts } from './yaml-inputs';

const recorded = join(import.meta.dirname, 'go-yaml-answers.json');
const asked = process.env.SIGNALBOX_FUZZ ?? '';
const [seed, count, portion] = [20_261_130, 100_000, 500];

function texts(from: number, many: number): string[] {
  const all: string[] = [];
  for (const text of yamlTexts(from)) {
    // Half a character cannot be sent to Go.
    all.push(Buffer.from(text, 'utf8').toString('utf8'));
    if (all.length === many) return all;
  }
  return all;
}

/** A value as one text, keys in order. */
const inOrder = (value: unknown): string =>
  JSON.stringify(value, (_, one: unknown) =>
    typeof one === 'object' && one !== null && !Array.isArray(one)
      ? Object.fromEntries(Object.entries(one).sort(([a], [b]) => (a < b ? -1 : 1)))
      : one,
  );

/** What we make of a text; `null` where we are stricter on purpose. */
function ours(text: string): string | null {
  const read = readGoYaml(text);
  if (read.ok) return inOrder(read.yaml.value);
  return read.stricter ? null : 'refused';
}

/** What Go makes of the texts. @returns `null` where there is no Go. */
function askGo(all: readonly string[]): string[] | null {
  const folder = mkdtempSync(join(tmpdir(), 'signalbox-oracle-'));
  try {
    const program = join(folder, 'oracle');
    const built = spawnSync('go', ['build', '-o', program, '.'], {
      cwd: join(import.meta.dirname, 'go-oracle'),
    });
    if (built.status !== 0) return null;
    const input = all.map((text) => `${Buffer.from(text, 'utf8').toString('base64')}\n`).join('');
    const { stdout } = spawnSync(program, { input, maxBuffer: 2 ** 31 - 1 });
    return stdout
      .toString('utf8')
      .trimEnd()
      .split('\n')
      .map((line) => {
        const said = JSON.parse(line) as { value?: unknown; error?: string };
        return said.error === undefined ? inOrder(said.value ?? null) : 'refused';
      });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** One digest for each portion of answers, those left out in which we are stricter. */
function digests(answers: readonly string[], left: readonly (string | null)[]): string[] {
  const all: string[] = [];
  for (let from = 0; from < answers.length; from += portion) {
    const hash = createHash('sha256');
    for (let at = from; at < from + portion; at += 1)
      hash.update(`${left[at] === null ? '' : answers[at]}\n`);
    all.push(hash.digest('hex').slice(0, 8));
  }
  return all;
}

it('reads 100,000 made-up files as Go does', () => {
  const mine = texts(seed, count).map(ours);
  if (asked === 'record') {
    const said = askGo(texts(seed, count));
    if (!said) throw new Error('Go is needed to record its answers.');
    writeFileSync(recorded, `${JSON.stringify(digests(said, mine))}\n`);
  }
  const known = JSON.parse(readFileSync(recorded, 'utf8')) as string[];
  const answers = mine.map((answer) => answer ?? '');
  expect(digests(answers, mine)).toEqual(known);
  const stricter = mine.filter((answer) => answer === null).length;
  const read = mine.filter((answer) => answer !== null && answer !== 'refused').length;
  expect([stricter < count / 200, read > count / 3]).toEqual([true, true]);
});

it('edits made-up files so that the new value is there and every other key is what it was', () => {
  let edits = 0;
  for (const text of texts(seed + 1, 20_000)) {
    const before = readGoYaml(text);
    const edit = editImageTagFile(text, { imageTag: '1e_3', promote: false });
    if (!edit.ok || !before.ok) continue;
    edits += 1;
    const after = readGoYaml(edit.text);
    expect(after.ok && inOrder({ ...(after.yaml.value as object), promote_deployment: false })).toBe(
      inOrder({ ...(before.yaml.value as object), image_tag: '1e_3', promote_deployment: false }),
    );
  }
  expect(edits).toBeGreaterThan(1000);
});

it('reads as Go itself does, as often as is asked for', (context) => {
  if (!/^\d+$/.test(asked)) return context.skip('SIGNALBOX_FUZZ says how many texts Go is to be asked about');
  let from = Number(process.env.SIGNALBOX_FUZZ_SEED ?? 1);
  for (let left = Number(asked); left > 0; left -= 50_000, from += 1) {
    const plain = texts(from, Math.min(left, 50_000));
    const edited = plain.flatMap((text) => {
      const edit = editImageTagFile(text, { imageTag: '0o1_7', automaticDeploys: true });
      return edit.ok ? [edit.text] : [];
    });
    const all = [...plain, ...edited];
    const said = askGo(all);
    if (!said) return context.skip('Go is not installed, or its modules cannot be had');
    for (const [at, text] of all.entries()) {
      const mine = ours(text);
      if (mine !== null && mine !== said[at]) expect([text, mine]).toEqual([text, said[at]]);
    }
  }
});
