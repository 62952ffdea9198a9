import path from 'node:path';
import type { Estate } from '../../shared/domain/estate/estate';
import { deployWorkflows } from '../../shared/domain/estate/routes-of';
import type { Credentials } from '../ledger/ledger';
import { basicAuth } from '../ledger/remote-auth';
import type { Log } from '../log/log';
import type { GitHub } from '../systems/github/github-client';
import { createGitHubSources, type Sources } from '../systems/github/github-sources';
import { openSourceMemory } from '../systems/github/source-memory';
import { createGitSources } from '../systems/sources/git-sources';

const originOf = (url: string): string | null => (URL.canParse(url) ? new URL(url).origin : null);

/**
 * The apps' source repos as the estate names them: over GitHub's API where it names one, else over plain Git, each repo
 * copied into a folder of its own. The release repo's credentials go to its own host alone; from other hosts plain Git
 * reads what everybody may read, or what the user's SSH keys open.
 * @returns `null`: the estate names none.
 */
export function openSources(config: {
  estate: Pick<Estate, 'ledger' | 'sources' | 'environments' | 'pipelines'>;
  github: GitHub | null;
  dir: string;
  ledgerCredentials: () => Promise<Credentials | null>;
  log: Log;
}): { sources: Sources; close: () => void } | null {
  const { ledger, sources: named } = config.estate;
  if (!named) return null;
  const { urlTemplate, repos, migrations } = named;
  if (config.github && named.github) {
    const { owner } = named.github;
    const memory = openSourceMemory(path.join(config.dir, 'sources.sqlite'), Date.now, config.log);
    const sources = createGitHubSources({
      github: config.github,
      owner,
      repos,
      migrations,
      deployWorkflows: deployWorkflows(config.estate),
      urlTemplate,
      memory,
      now: Date.now,
    });
    return { sources, close: memory.close };
  }
  const sources = createGitSources({
    urlTemplate,
    repos,
    migrations,
    dir: path.join(config.dir, 'sources'),
    auth: async (url) =>
      /^https?:/i.test(url) && originOf(url) === originOf(ledger.url)
        ? basicAuth(url, await config.ledgerCredentials())
        : null,
    now: Date.now,
  });
  return { sources, close: sources.close };
}
