import type { Deployment } from '../../../shared/domain/history/deployment';
import { readImageTagFile } from '../../../shared/domain/ledger/image-tag-file';
import { imageTagLayout } from '../../../shared/domain/ledger/layout';
import { parseTrailers } from '../../../shared/domain/ledger/trailers';
import type { Ledger } from '../../ledger/ledger';
import { runGit } from '../../systems/git/run-git';
import type { DeploymentHistory } from '../ports';

/** What a history says of all cells, newest first. */
interface Told {
  newest: { app: string; environment: string; commit: string }[];
  deployments: Deployment[];
}

/**
 * Deployments read from the ledger's mirror with plain git: what the index says, without the index, so that the
 * engine's tests do not hang on another room's worker. All of it is read again for every commit that the ledger comes
 * to, by one process: only for repos of a few hundred commits.
 */
export function gitHistory(ledger: Ledger, template: string): DeploymentHistory {
  const layout = imageTagLayout(template);
  let told: { commit: string | null; all: Promise<Told> } | null = null;

  async function read(commit: string): Promise<Told> {
    const { stdout } = await runGit(
      [
        'log',
        '--first-parent',
        '-m',
        '--no-renames',
        '--format=%x01%H%x02%cI%x02%an%x02%B%x02',
        '-p',
        '-U0',
        commit,
      ],
      { gitDir: ledger.gitDir },
    );
    const newest = new Map<string, Told['newest'][number]>();
    const deployments: Deployment[] = [];
    for (const part of stdout.toString().split('\u0001').slice(1)) {
      const [commit = '', at = '', author = '', message = '', patch = ''] = part.split('\u0002');
      const trailers = parseTrailers(message);
      for (const change of patch.split(/^diff --git /m).slice(1)) {
        const path = /^(?:\+\+\+ b|--- a)\/(.+)$/m.exec(change)?.[1] ?? '';
        const place = layout.match(path);
        if (!place) continue;
        if (!newest.has(path)) newest.set(path, { ...place, commit });
        const value = (sign: string): string | null =>
          readImageTagFile(new RegExp(`^\\${sign}(image_tag:.*)$`, 'm').exec(change)?.[1] ?? '').imageTag;
        const [from, to] = [value('-'), value('+')];
        if (to === null || to === from) continue;
        deployments.push({
          ...place,
          from,
          to,
          at: new Date(at).toISOString(),
          commit,
          author,
          kind: trailers?.kind === 'rollback' || trailers?.kind === 'deploy' ? trailers.kind : 'automatic',
          reason: trailers?.reason ?? null,
          operationId: trailers?.operation ?? null,
        });
      }
    }
    return { newest: [...newest.values()], deployments };
  }

  function all(): Promise<Told> {
    const { commit } = ledger.snapshot();
    if (told?.commit !== commit)
      told = {
        commit,
        all: commit === null ? Promise.resolve({ newest: [], deployments: [] }) : read(commit),
      };
    return told.all;
  }

  return {
    status: () => ({ ready: true, indexed: 0, notice: null }),
    newest: async () => (await all()).newest,
    attributed: () => 0,
    deployments: async ({ app, environment, limit }) =>
      (await all()).deployments
        .filter((one) => one.app === app && one.environment === environment)
        .slice(0, limit),
    onChange: (listener) => ledger.onChange(({ moved }) => moved && listener()),
  };
}
