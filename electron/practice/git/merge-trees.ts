import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { git, tryGit } from './command';

export type MergeOutcome = { tree: string } | { conflicts: readonly string[] };

interface Stage {
  mode: string;
  blob: string;
}

/**
 * Three-way merge of two commits into a tree, without a work tree. Uses an index of its own and `git merge-file`
 * rather than `git merge-tree --write-tree`, which Git has since 2.38 only. Renames are not followed.
 * @param base merge base; `null` for histories that have nothing in common
 */
export async function mergeTrees(
  gitDir: string,
  base: string | null,
  ours: string,
  theirs: string,
): Promise<MergeOutcome> {
  const index = path.join(gitDir, `practice-index-${randomUUID()}`);
  const env = { GIT_INDEX_FILE: index };
  try {
    const emptyTree = (
      await git(gitDir, ['hash-object', '-w', '-t', 'tree', '--stdin'], { input: '' })
    ).trim();
    await git(gitDir, ['read-tree', '-i', '-m', '--aggressive', base ?? emptyTree, ours, theirs], { env });
    const unmerged = await git(gitDir, ['ls-files', '--unmerged', '-z'], { env });
    const conflicts: string[] = [];
    for (const [file, stages] of byPath(unmerged)) {
      const merged = await mergeFile(gitDir, stages);
      if (merged === null) conflicts.push(file);
      else {
        const info = `0 ${'0'.repeat(40)}\t${file}\0${merged.mode} ${merged.blob}\t${file}\0`;
        await git(gitDir, ['update-index', '-z', '--index-info'], { env, input: info });
      }
    }
    if (conflicts.length > 0) return { conflicts };
    return { tree: (await git(gitDir, ['write-tree'], { env })).trim() };
  } finally {
    await rm(index, { force: true });
  }
}

/** `ls-files -u -z` lines (`mode blob stage<TAB>path`) by path, stages 1 to 3 at their number. */
function byPath(listing: string): Map<string, (Stage | undefined)[]> {
  const found = new Map<string, (Stage | undefined)[]>();
  for (const line of listing.split('\0')) {
    const [, mode = '', blob = '', stage = '', file = ''] =
      /^(\d+) ([0-9a-f]+) ([123])\t(.*)$/s.exec(line) ?? [];
    if (!file) continue;
    const stages = found.get(file) ?? [];
    stages[Number(stage)] = { mode, blob };
    found.set(file, stages);
  }
  return found;
}

/** The merged blob of a file that both sides changed; `null` for a conflict (or where a side removed it). */
async function mergeFile(gitDir: string, stages: readonly (Stage | undefined)[]): Promise<Stage | null> {
  const [, base, ours, theirs] = stages;
  if (!base || !ours || !theirs) return null;
  const folder = await mkdtemp(path.join(tmpdir(), 'practice-merge-'));
  try {
    const files: string[] = [];
    for (const [name, stage] of Object.entries({ ours, base, theirs })) {
      const file = path.join(folder, name);
      await writeFile(file, await git(gitDir, ['cat-file', 'blob', stage.blob]));
      files.push(file);
    }
    const result = await tryGit(gitDir, ['merge-file', '-p', ...files]);
    if (result.exitCode !== 0) return null;
    const blob = await git(gitDir, ['hash-object', '-w', '--stdin'], { input: result.stdout });
    return { mode: ours.mode, blob: blob.trim() };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
