/**
 * For tests: histories that are made up in memory, written to a real repo by `git fast-import`, and read again by a slow
 * and obvious implementation of what the index must say. It shares no code with the index.
 */
import { mkdirSync } from 'node:fs';
import { parse } from 'yaml';
import { runGit } from '../../systems/git/run-git';
import { movedBy, placeOf } from './model-moves';

export interface ModelCommit {
  parents: number[];
  /** Path to content. */
  tree: ReadonlyMap<string, string>;
  at: number;
  author: string;
  message: string;
}

export interface ModelEvent {
  type: string;
  app: string;
  environment: string;
  at: string;
  commit: number;
  author: string;
  subject: string;
  from: string | null;
  to: string | null;
  kind: string | null;
  returns: boolean;
}

export const modelFolder = 'charts/app-config/image-tags';

/** Writes commits to a new bare repo; answers their object ids. `refs/heads/main` is the last one. */
export async function writeModel(gitDir: string, commits: readonly ModelCommit[]): Promise<string[]> {
  mkdirSync(gitDir, { recursive: true });
  await runGit(['init', '--quiet', '--bare', gitDir]);
  return importModel(gitDir, commits);
}

async function importModel(gitDir: string, commits: readonly ModelCommit[]): Promise<string[]> {
  const lines: string[] = [];
  const data = (text: string) => `data ${Buffer.byteLength(text)}\n${text}\n`;
  commits.forEach((commit, index) => {
    lines.push(
      `commit refs/heads/main\nmark :${index + 1}\n`,
      `author ${commit.author} <a@example.invalid> ${commit.at - 5} +0000\n`,
      `committer Committer <c@example.invalid> ${commit.at} +0000\n`,
      data(commit.message),
      ...(commit.parents.length ? [] : ['']),
      ...commit.parents.map((parent, nth) => `${nth === 0 ? 'from' : 'merge'} :${parent + 1}\n`),
      'deleteall\n',
      ...[...commit.tree].map(([path, content]) => `M 100644 inline ${path}\n${data(content)}`),
    );
    // Otherwise fast-import takes the branch's last commit for the parent of a root.
    if (!commits[index + 1]?.parents.length && index + 1 < commits.length)
      lines.push('reset refs/heads/main\n');
  });
  const marks = `${gitDir}/marks`;
  await runGit(['fast-import', '--quiet', '--force', '--date-format=raw', `--export-marks=${marks}`], {
    gitDir,
    input: lines.join(''),
  });
  const { readFileSync } = await import('node:fs');
  const oids: string[] = [];
  for (const line of readFileSync(marks, 'utf8').split('\n')) {
    const [mark, oid] = line.split(' ');
    if (mark && oid) oids[Number(mark.slice(1)) - 1] = oid;
  }
  return oids;
}

interface State {
  tag: string | null;
  auto: boolean | null;
  promote: boolean | null;
}

const absent: State = { tag: null, auto: null, promote: null };

function stateOf(content: string | undefined): State {
  if (!content) return absent;
  const read = parse(content) as Record<string, unknown> | null;
  if (read === null || typeof read !== 'object') return absent;
  const flag = (value: unknown) => (typeof value === 'boolean' ? value : null);
  return {
    tag: 'image_tag' in read ? String(read.image_tag ?? '') : null,
    auto: flag(read.automatic_deploys_enabled),
    promote: flag(read.promote_deployment),
  };
}

const said = (state: State) => state.tag !== null || state.auto !== null || state.promote !== null;

/** The first-parent line of a commit, oldest first. */
export function lineOf(commits: readonly ModelCommit[], tip: number): number[] {
  const line: number[] = [];
  for (let at: number | undefined = tip; at !== undefined; at = commits[at]?.parents[0]) line.unshift(at);
  return line;
}

/** Who made a merge's change of a path: the newest commit of the merged branches that the file comes from. */
function sourceOf(commits: readonly ModelCommit[], merge: number, path: string): number {
  const content = commits[merge]?.tree.get(path);
  for (const tip of commits[merge]?.parents.slice(1) ?? []) {
    if (commits[tip]?.tree.get(path) !== content) continue;
    let at = tip;
    for (;;) {
      const parent = commits[at]?.parents.find((one) => commits[one]?.tree.get(path) === content);
      if (parent === undefined) break;
      at = parent;
    }
    // A file that never was there has no commit that took it away.
    if (content === undefined && commits[at]?.parents.length === 0) continue;
    return at;
  }
  return merge;
}

/** Every event of the line, oldest first. */
export function eventsOf(commits: readonly ModelCommit[], tip: number): ModelEvent[] {
  const events: ModelEvent[] = [];
  /** By environment and app: the versions that ran in what is its history now, and when each did first. */
  const ran = new Map<string, Map<string, number>>();
  const cellOf = (path: string) => path.slice(modelFolder.length + 1);
  for (const at of lineOf(commits, tip)) {
    const commit = commits[at];
    if (!commit) continue;
    const before = commits[commit.parents[0] ?? -1]?.tree ?? new Map<string, string>();
    const moved = commit.parents.length
      ? movedBy(before, commit.tree, modelFolder)
      : new Map<string, string>();
    const links = [...moved].filter(
      ([path, from]) => said(stateOf(before.get(from))) && said(stateOf(commit.tree.get(path))),
    );
    const pasts = links.map(([, from]) => ran.get(cellOf(from)) ?? new Map<string, number>());
    for (const [, from] of links) ran.delete(cellOf(from));
    links.forEach(([path], nth) => {
      const both = [...(ran.get(cellOf(path)) ?? []), ...(pasts[nth] ?? [])];
      // The later of two entries counts: the first time.
      ran.set(cellOf(path), new Map(both.sort(([, a], [, b]) => b - a)));
    });
    const sources = new Set(moved.values());
    for (const path of [...new Set([...before.keys(), ...commit.tree.keys()])].sort()) {
      const place = placeOf(path, modelFolder);
      if (before.get(path) === commit.tree.get(path) || sources.has(path) || !place) continue;
      const { environment, app } = place;
      const from = moved.get(path);
      const [old, now] = [stateOf(before.get(from ?? path)), stateOf(commit.tree.get(path))];
      const source = commits[commit.parents.length > 1 ? sourceOf(commits, at, path) : at] ?? commit;
      const subject = source.message.split('\n')[0] ?? '';
      const add = (type: string, more: Partial<ModelEvent> = {}) =>
        events.push({
          type,
          app,
          environment,
          at: new Date(commit.at * 1000).toISOString(),
          commit: at,
          author: source.author,
          subject,
          from: null,
          to: null,
          kind: null,
          returns: false,
          ...more,
        });
      if (from && said(old)) {
        add('gone', { ...placeOf(from, modelFolder), to: old.tag });
        if (!said(now)) continue;
        add('moved', { to: old.tag });
      }
      if (!said(now)) {
        if (said(old)) add('gone', { to: old.tag });
        continue;
      }
      if (!said(old)) add('appeared', { to: now.tag });
      if (now.tag !== null && now.tag !== old.tag) {
        const cell = cellOf(path);
        const has = (one: string) => now.tag !== null && ran.get(one)?.has(now.tag) === true;
        const returns = now.tag !== '' && has(cell);
        const elsewhere =
          now.tag !== '' &&
          [...ran.keys()].some((one) => one !== cell && one.endsWith(`/${app}`) && has(one));
        const told = /^Signalbox-Kind: (deploy|promote|rollback|bag|automatic|manual)$/m.exec(
          source.message,
        )?.[1];
        const pipeline = /^Update \S+ image tag to \S+ for \S+$/.test(subject);
        const first = (one: string | null) => ran.get(cell)?.get(one ?? '') ?? -1;
        const numbered = [now.tag, old.tag].every((one) => /^v\d+$/.test(one ?? ''));
        const forward =
          !old.tag ||
          (numbered
            ? Number(now.tag.slice(1)) > Number(old.tag.slice(1))
            : returns && first(now.tag) > first(old.tag));
        const kind =
          told ??
          (returns && !forward && !(pipeline && now.promote)
            ? 'rollback'
            : !pipeline || now.promote === false
              ? 'manual'
              : elsewhere
                ? 'promote'
                : 'automatic');
        add('deployment', { from: old.tag, to: now.tag, kind, returns });
        const times = ran.get(cell) ?? new Map<string, number>();
        if (!times.has(now.tag)) times.set(now.tag, events.length);
        ran.set(cell, times);
      }
      if ((now.auto === false) !== (old.auto === false))
        add(now.auto === false ? 'hold-set' : 'hold-released', { to: now.tag });
      if ((now.promote === true) !== (old.promote === true))
        add(now.promote === true ? 'promotion-on' : 'promotion-off', { to: now.tag });
    }
  }
  return events;
}

/** Every cell that a commit's tree has. */
export function cellsOf(
  commits: readonly ModelCommit[],
  at: number,
): {
  app: string;
  environment: string;
  version: string | null;
  automaticDeploys: boolean | null;
  promote: boolean | null;
}[] {
  const cells = [];
  for (const [path, content] of commits[at]?.tree ?? []) {
    const [environment, app, deeper] = path.slice(modelFolder.length + 1).split('/');
    if (!path.startsWith(`${modelFolder}/`) || !app || !environment || deeper !== undefined) continue;
    const state = stateOf(content);
    if (said(state))
      cells.push({
        app,
        environment,
        version: state.tag,
        automaticDeploys: state.auto,
        promote: state.promote,
      });
  }
  return cells.sort((a, b) => (`${a.app} ${a.environment}` < `${b.app} ${b.environment}` ? -1 : 1));
}
