import type { Deployment } from '../../../shared/domain/deployment';
import { readImageTagFile } from '../../../shared/domain/image-tag-file';
import { imageTagLayout } from '../../../shared/domain/layout';
import { parseTrailers } from '../../../shared/domain/trailers';
import type { Ledger } from '../../ledger/ledger';
import { runGit } from '../../systems/git/run-git';
import type { DeploymentHistory } from '../ports';

/**
 * Deployments read from the ledger's mirror with plain git: what the index says, without the index, so that the
 * engine's tests do not hang on another room's worker. Slow, and only for repos of a few hundred commits.
 */
export function gitHistory(ledger: Ledger, template: string): DeploymentHistory {
  const { gitDir, ref } = ledger;
  const layout = imageTagLayout(template);

  async function cell(app: string, environment: string): Promise<Deployment[]> {
    const path = layout.path({ environment, app });
    const { stdout } = await runGit(
      [
        'log',
        '--first-parent',
        '-m',
        '--format=%x01%H%x02%cI%x02%an%x02%B%x02',
        '-p',
        '-U0',
        ref,
        '--',
        path,
      ],
      { gitDir },
    );
    return stdout
      .toString()
      .split('\u0001')
      .slice(1)
      .flatMap((part): Deployment[] => {
        const [commit = '', at = '', author = '', message = '', patch = ''] = part.split('\u0002');
        const value = (sign: string): string | null =>
          readImageTagFile(new RegExp(`^\\${sign}(image_tag:.*)$`, 'm').exec(patch)?.[1] ?? '').imageTag;
        const to = value('+');
        const from = value('-');
        if (to === null || to === from) return [];
        const trailers = parseTrailers(message);
        const kind =
          trailers?.kind === 'rollback' || trailers?.kind === 'deploy' ? trailers.kind : 'automatic';
        return [
          {
            app,
            environment,
            from,
            to,
            at: new Date(at).toISOString(),
            commit,
            author,
            kind,
            reason: trailers?.reason ?? null,
            operationId: trailers?.operation ?? null,
          },
        ];
      });
  }

  /** The newest commit that touched each cell's file. */
  async function newest() {
    const { stdout } = await runGit(['log', '--first-parent', '-m', '--name-only', '--format=%x01%H', ref], {
      gitDir,
    });
    const found = new Map<string, { app: string; environment: string; commit: string }>();
    for (const part of stdout.toString().split('\u0001').slice(1)) {
      const [commit = '', ...paths] = part.split('\n').filter(Boolean);
      for (const path of paths) {
        const place = layout.match(path);
        if (place && !found.has(path)) found.set(path, { ...place, commit });
      }
    }
    return [...found.values()];
  }

  return {
    status: () => ({ ready: true, indexed: 0, notice: null }),
    newest,
    deployments: async ({ app, environment, limit }) => (await cell(app, environment)).slice(0, limit),
    onChange: (listener) => ledger.onChange(({ moved }) => moved && listener()),
  };
}
