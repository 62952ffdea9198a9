import { describe, expect, it } from 'vitest';
import { parseEstate } from './parse-estate';

const whole = `name: Harbour
ledger:
  url: https://git.example.org/o/releases.git
  github: { apiUrl: https://api.github.com, owner: o, repo: releases }
environments:
  - name: dev
    cluster: { context: dev }
  - name: live
    tier: production
pipelines:
  - { name: apps, kind: apps, environments: [dev, live] }
`;

const said = (text: string): string[] => {
  const parsed = parseEstate(text);
  return parsed.ok ? [] : (parsed.failure.detail ?? '').split('\n');
};

/** The file with one thing put in the place of another. @throws where that is not in it: the row would test nothing. */
function changed(from: string, to: string): string {
  if (!whole.includes(from)) throw new Error(`${from} is not in the file`);
  return whole.replace(from, () => to);
}

/** One mistake each, and the sentence that whoever made it reads; without the file's name. */
const mistakes: [string, string, string][] = [
  ['nothing in it', '', 'name is required'],
  ['a list', '- a\n', 'line 1, column 1: must be a mapping, not a list'],
  ['a text', 'Harbour\n', 'line 1, column 1: must be a mapping, not text'],
  ['a bracket that does not end', changed('Harbour', '['), 'not valid YAML'],
  ['a tab as indentation', changed('  url', '\turl'), 'not valid YAML'],
  ['a key twice', `${whole}name: Other\n`, 'a key appears twice: "name"'],
  [
    'a key twice within',
    changed('  url:', '  branch: a\n  branch: b\n  url:'),
    'line 4, column 3: not valid YAML: a key appears twice: "branch"',
  ],
  ['two documents', `${whole}---\nname: x\n`, 'more than one YAML document'],
  ['an alias of nothing', changed('Harbour', '*other'), 'not valid YAML'],
  ['no name', changed('name: Harbour\n', ''), 'name is required'],
  ['an empty name', changed('Harbour', ''), 'line 1, column 1: name is empty: it must be text'],
  ['a name of no letters', changed('Harbour', "''"), 'name must not be empty'],
  [
    'a number as name',
    changed('Harbour', '1.20'),
    'name must be text, and YAML reads this as a number: put it in quotes',
  ],
  [
    'a branch that YAML takes for true',
    changed('  url:', '  branch: on\n  url:'),
    'ledger.branch must be text, and YAML reads this as true or false: put it in quotes',
  ],
  [
    'a mistyped key',
    changed('url:', 'ulr:'),
    'line 3, column 3: ledger.ulr unknown key: did you mean "url"?',
  ],
  [
    'a key in another case',
    changed('apiUrl', 'api_url'),
    'ledger.github.api_url unknown key: did you mean "apiUrl"?',
  ],
  [
    'a key one level too high',
    changed('    cluster: { context: dev }', '    context: dev'),
    'line 7, column 5: environments[0].context unknown key here: it belongs into "cluster"',
  ],
  [
    'a key one level too low',
    changed('    tier: production', '    announce: {}'),
    'environments[1].announce unknown key here: it belongs one level up',
  ],
  [
    'a key at the top that belongs into ledger',
    `${whole}landing: push\n`,
    'line 12, column 1: landing unknown key here: it belongs into "ledger"',
  ],
  [
    'a key that nobody knows',
    `${whole}colour: red\n`,
    'colour unknown key: known here are name, timeZone, ledger, environments',
  ],
  [
    'no release repo',
    changed('  url: https://git.example.org/o/releases.git\n', ''),
    'ledger.url is required',
  ],
  [
    'a password in the address',
    changed('https://git', 'https://me:secret@git'),
    'must not contain a password: enter it in Settings → Credentials',
  ],
  ['a token in the address', changed('https://git', 'https://ghp_x@git'), 'must not contain a user or token'],
  [
    'an address that is an option',
    changed('https://git.example.org/o/releases.git', '--upload-pack=x'),
    'must not begin with "-"',
  ],
  [
    'a remote helper',
    changed('https://git.example.org/o/releases.git', 'ext::sh'),
    'must not name a remote helper',
  ],
  [
    'a mapping as address',
    changed('https://git.example.org/o/releases.git', '{ a: b }'),
    'ledger.url must be text, not a mapping',
  ],
  [
    'a branch with a space',
    changed('  url:', '  branch: a b\n  url:'),
    'ledger.branch must be a branch name',
  ],
  [
    'records on the branch of the image tags',
    changed('  url:', '  records: { branch: main }\n  url:'),
    'ledger.records.branch must not be the branch of the image tags',
  ],
  [
    'an unknown landing',
    changed('  url:', '  landing: pull\n  url:'),
    'ledger.landing must be "push" or "merge-branch"',
  ],
  [
    'a landing in other spelling',
    changed('  url:', '  landing: merge_branch\n  url:'),
    'did you mean "merge-branch"?',
  ],
  [
    'merge-branch without GitHub',
    whole.replace(/ {2}github:.*\n/, '  landing: merge-branch\n'),
    'ledger.github is required for landing "merge-branch"',
  ],
  [
    'a route that there is not',
    changed('  url:', '  routes: [{ kind: pull_request }]\n  url:'),
    'ledger.routes[0].kind must be "push", "merge-branch", "workflow", "actions" or "pull-request": did you mean "pull-request"?',
  ],
  [
    'an image-tag path without the app',
    changed('  url:', '  imageTagPath: tags/{environment}\n  url:'),
    'must contain {environment} and {app}, once each',
  ],
  [
    'an image-tag path that climbs',
    changed('  url:', '  imageTagPath: ../{environment}/{app}\n  url:'),
    'must be a relative path inside the repo',
  ],
  [
    'a GitHub address without its scheme',
    changed('https://api.github.com', 'api.github.com'),
    'ledger.github.apiUrl must be an http(s) URL',
  ],
  [
    'no environments',
    whole.replace(/environments:\n[\s\S]*pipelines/, 'pipelines'),
    'environments is required',
  ],
  [
    'an empty list of environments',
    whole.replace(/environments:\n[\s\S]*pipelines/, 'environments: []\npipelines'),
    'environments must not be an empty list',
  ],
  [
    'environments as a mapping',
    whole.replace(/environments:\n[\s\S]*pipelines/, 'environments: { dev: {} }\npipelines'),
    'environments must be a list, not a mapping',
  ],
  [
    'an environment twice',
    changed('name: live', 'name: dev'),
    'line 8, column 5: environments[1].name "dev" is listed twice',
  ],
  [
    'an environment without a name',
    changed('- name: live\n    tier', '- tier'),
    'environments[1].name is required',
  ],
  [
    'an environment with a space',
    changed('name: live', 'name: the live one'),
    'environments[1].name must be 1–63 of letters, digits',
  ],
  [
    'a tier that is a short form',
    changed('tier: production', 'tier: prod'),
    'line 9, column 5: environments[1].tier must be "production" or "standard": did you mean "production"?',
  ],
  [
    'a cluster without context',
    changed('{ context: dev }', '{ argoNamespace: argocd }'),
    'environments[0].cluster.context is required where `argo` names no server of the environment',
  ],
  [
    'a list as context',
    changed('context: dev', 'context: [dev]'),
    'environments[0].cluster.context must be text, not a list',
  ],
  [
    'a wrapper as one text',
    changed('context: dev', 'context: dev, exec: { wrapper: "gds aws" }'),
    'environments[0].cluster.exec.wrapper must be a list, not text',
  ],
  [
    'a variable that steers programs',
    changed('context: dev', 'context: dev, exec: { env: { LD_PRELOAD: x } }'),
    'must not be a variable that decides which programs run',
  ],
  [
    'a selector that kubectl refuses',
    changed('context: dev', 'context: dev, labels: { pods: "a in b" }'),
    'must be a label selector as kubectl takes it',
  ],
  [
    'a server of Argo CD with a query',
    changed('    tier: production', '    argo: { cd: { url: "https://argo.example.org/?a=b" } }'),
    'must not have a query or fragment',
  ],
  [
    'a pipeline without its kind',
    changed('kind: apps, ', ''),
    'line 11, column 5: pipelines[0].kind is required: it must be "apps", "bags" or "concourse"',
  ],
  [
    'a mistyped kind',
    changed('kind: apps', 'kind: bag'),
    'pipelines[0].kind must be "apps", "bags" or "concourse": did you mean "bags"?',
  ],
  [
    'a chain with a mistyped environment',
    changed('[dev, live]', '[dev, lvie]'),
    'pipelines[0].environments[1] there is no environment "lvie": did you mean "live"?',
  ],
  [
    'a chain that is a text',
    changed('[dev, live]', 'dev'),
    'pipelines[0].environments must be a list, not text',
  ],
  [
    'a pipeline twice',
    `${whole}  - { name: apps, kind: apps, environments: [dev] }\n`,
    'pipelines[1].name "apps" is listed twice',
  ],
  [
    'a time zone that there is not',
    `${whole}timeZone: London\n`,
    'timeZone must be a time zone such as "Europe/London"',
  ],
  [
    'sources without {app}',
    `${whole}sources: { urlTemplate: "https://git.example.org/x.git" }\n`,
    'sources.urlTemplate must contain {app} once',
  ],
  [
    'a registry with a path',
    `${whole}registry: { url: "https://ghcr.io/x" }\n`,
    'registry.url must be scheme, host and port alone',
  ],
];

describe('a mistake in an estate file is told by place, and by what was meant', () => {
  it('stands in a table of fifty and more', () => {
    expect(said(whole)).toEqual([]);
    expect(mistakes.length).toBeGreaterThanOrEqual(50);
    expect(new Set(mistakes.map(([, text]) => text)).size).toBe(mistakes.length);
  });

  it.each(mistakes)('%s', (_, text, sentence) => {
    const all = said(text);
    expect(all.join('\n')).toContain(sentence);
    for (const line of all) {
      expect(line).toMatch(/^signalbox\.yaml(, line \d+)?(, column \d+)?: /);
      // What zod says of itself is no sentence for whoever writes the file.
      expect(line).not.toMatch(/invalid (input|key)|expected|received|zod|undefined|NaN/i);
    }
  });

  it('tells several at once, each with its place, and counts them in the first sentence', () => {
    const parsed = parseEstate(
      changed('url:', 'ulr:')
        .replace('tier: production', 'tier: prod')
        .replace('context: dev', 'kontext: dev'),
    );
    expect(parsed.ok ? '' : parsed.failure.message).toMatch(/\(and \d more\)$/);
    const lines = parsed.ok ? [] : parsed.failure.problems.map(({ line }) => line);
    expect(new Set(lines)).toEqual(new Set([2, 3, 7, 9]));
  });

  it.each([
    [
      'a bomb of aliases',
      `a0: &a0 [x]\n${Array.from({ length: 40 }, (_, i) => `a${i + 1}: &a${i + 1} [${`*a${i},`.repeat(10)}]`).join('\n')}\n`,
    ],
    ['a million levels', `${'['.repeat(1_000_000)}`],
    ['a hundred thousand unknown keys', Array.from({ length: 100_000 }, (_, i) => `k${i}: 1`).join('\n')],
    ['a key of a megabyte', `${'k'.repeat(1_000_000)}: 1\n`],
    [
      'ten thousand environments of one name',
      `name: x\nledger: { url: /r }\nenvironments:\n${'  - { name: a }\n'.repeat(10_000)}`,
    ],
  ])('is bounded where it is meant to hurt: %s', (_, text) => {
    const parsed = parseEstate(text);
    expect(parsed.ok).toBe(false);
    if (parsed.ok) return;
    expect(parsed.failure.problems.length).toBeLessThanOrEqual(100);
    expect((parsed.failure.detail ?? '').length).toBeLessThan(200_000);
  });
});
