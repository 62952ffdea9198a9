import { describe, expect, it } from 'vitest';
import { clusterOf } from './cluster-of';
import { parseEstate } from './parse-estate';

const whole = `name: GOV.UK
ledger:
  url: https://git.example.org/o/govuk-helm-charts.git
environments:
  - name: integration
    cluster: { context: int }
  - name: production
    tier: production
pipelines:
  - { name: apps, kind: apps, environments: [integration, production] }
`;
const withBags = `${whole}  - name: notify
    kind: bags
    environments: [integration, production]
    services: [api, admin]
    stages:
      integration:
        deploy: [{ kind: workflow, template: db-setup }, { kind: image-tags }]
        tests: [{ kind: workflow, template: functional }]
      production:
        deploy: [{ kind: image-tags }]
        periodic: [{ template: smoke, everyMinutes: 10 }]
`;
const problemsOf = (text: string) => {
  const parsed = parseEstate(text);
  if (parsed.ok) throw new Error('it was taken');
  return parsed.failure.problems.map(({ at, line }) => [at, line]);
};

describe('the estate file', () => {
  it('is read, with what may be left out filled in', () => {
    const parsed = parseEstate(whole);
    expect(parsed.ok && parsed.value).toMatchObject({
      ledger: {
        branch: 'main',
        landing: 'push',
        imageTagPath: 'charts/app-config/image-tags/{environment}/{app}',
      },
      environments: [
        {
          name: 'integration',
          tier: 'standard',
          cluster: { argoNamespace: 'cluster-services', parentApplication: 'app-config' },
        },
        { name: 'production', tier: 'production' },
      ],
    });
  });

  it.each([
    ['not YAML', whole.replace('name: GOV.UK', 'name: ['), '', 3],
    ['a key twice', whole.replace('name: GOV.UK', 'name: GOV.UK\nname: other'), '', 2],
    ['a password in the address', whole.replace('https://', 'https://me:secret@'), 'ledger.url', 3],
    ['a token in the address', whole.replace('https://', 'https://ghp_secret@'), 'ledger.url', 3],
    ['a token behind three slashes', whole.replace('https://', 'https:///ghp_secret@'), 'ledger.url', 3],
    ['an address that is an option', whole.replace(/https:\S+/, '"--upload-pack=x"'), 'ledger.url', 3],
    ['a remote helper', whole.replace(/https:\S+/, '"ext::sh -c x"'), 'ledger.url', 3],
    [
      'a repo’s name that is no name',
      `${whole}sources: { urlTemplate: 'https://x/{app}.git', repos: { web: ../web } }\n`,
      'sources.repos.web',
      11,
    ],
    ['an unknown key', `${whole}colour: red\n`, 'colour', 11],
    [
      'a label selector that kubectl refuses',
      whole.replace('context: int', 'context: int, labels: { pods: "a in b" }'),
      'environments[0].cluster.labels.pods',
      6,
    ],
    [
      'a label selector of an unknown kind',
      whole.replace('context: int', 'context: int, labels: { nodes: a=b }'),
      'environments[0].cluster.labels.nodes',
      6,
    ],
    ['an unknown tier', whole.replace('tier: production', 'tier: golden'), 'environments[1].tier', 8],
    [
      'an environment twice',
      whole.replace('name: production', 'name: integration'),
      'environments[1].name',
      7,
    ],
    [
      'a chain with an unknown environment',
      whole.replace('[integration, production]', '[integration, staging]'),
      'pipelines[0].environments[1]',
      10,
    ],
    ['a name that climbs', whole.replaceAll('integration', '../x'), 'environments[0].name', 5],
    [
      'a template that climbs',
      whole.replace('environments:', '  imageTagPath: ../{environment}/{app}\nenvironments:'),
      'ledger.imageTagPath',
      4,
    ],
    [
      'a template without the app',
      whole.replace('environments:', '  imageTagPath: x/{environment}\nenvironments:'),
      'ledger.imageTagPath',
      4,
    ],
    [
      'a branch that is none',
      whole.replace('environments:', '  branch: -x\nenvironments:'),
      'ledger.branch',
      4,
    ],
    [
      'merge-branch without GitHub',
      whole.replace('environments:', '  landing: merge-branch\nenvironments:'),
      'ledger.github',
      2,
    ],
    [
      'a cluster without a context, where no server of Argo is named either',
      whole.replace('context: int', 'argoNamespace: argocd'),
      'environments[0].cluster.context',
      6,
    ],
    [
      'a kubeconfig without its context',
      whole.replace(
        'cluster: { context: int }',
        'cluster: { kubeconfig: k }\n    argo: { cd: { url: "https://argo.example.org" } }',
      ),
      'environments[0].cluster.kubeconfig',
      6,
    ],
    ['nothing', '', 'name', undefined],
  ])('names place and line of %s', (_, text, at, line) => {
    expect(problemsOf(text)).toContainEqual([at, line]);
  });

  it('takes an environment that only Argo’s servers show, with or without namespaces', () => {
    const argo = 'argo: { cd: { url: "https://argo.example.org" } }';
    for (const [lines, argoNamespace] of [
      [argo, 'cluster-services'],
      [`cluster: { argoNamespace: argocd }\n    ${argo}`, 'argocd'],
    ] as const) {
      const parsed = parseEstate(whole.replace('cluster: { context: int }', lines));
      if (!parsed.ok) throw new Error(parsed.failure.message);
      const [environment] = parsed.value.environments;
      expect(environment && clusterOf(environment)).toMatchObject({ argoNamespace, appsNamespace: 'apps' });
      expect(environment?.cluster?.context).toBeUndefined();
    }
  });

  it('takes a pipeline of bags', () => {
    const parsed = parseEstate(withBags);
    expect(parsed.ok ? parsed.value.pipelines[1] : parsed.failure).toMatchObject({
      kind: 'bags',
      autopilot: true,
      packAutomatically: false,
      stages: {
        integration: { deploy: [{ kind: 'workflow', parameters: {} }, { name: 'services' }], periodic: [] },
        production: { tests: [], periodic: [{ template: 'smoke', everyMinutes: 10 }] },
      },
    });
  });

  it.each([
    ['a pipeline twice', withBags.replace('- name: notify', '- name: apps'), 'pipelines[1].name', 11],
    ['a service twice', withBags.replace('[api, admin]', '[api, api]'), 'pipelines[1].services', 14],
    [
      'an environment without its stage',
      withBags.replace('      production:', '      staging:'),
      'pipelines[1].stages',
      15,
    ],
    [
      'two jobs of one name',
      withBags.replace('template: functional', 'template: db-setup'),
      'pipelines[1].stages.integration',
      16,
    ],
    [
      'a GitHub workflow without a GitHub',
      withBags.replace(
        '{ kind: workflow, template: functional }',
        '{ kind: github-workflow, repo: r, workflow: t.yml }',
      ),
      'pipelines[1].stages.integration',
      16,
    ],
    [
      'image tags as a test',
      withBags.replace('{ kind: workflow, template: functional }', '{ kind: image-tags }'),
      'pipelines[1].stages.integration.tests[0].kind',
      18,
    ],
    [
      'a period of nothing',
      withBags.replace('everyMinutes: 10', 'everyMinutes: 0'),
      'pipelines[1].stages.production.periodic[0].everyMinutes',
      21,
    ],
  ])('names place and line of %s', (_, text, at, line) => {
    expect(problemsOf(text)).toContainEqual([at, line]);
  });

  it('never says a password', () => {
    const parsed = parseEstate(whole.replace('https://', 'https://me:secret@'));
    expect(JSON.stringify(parsed)).not.toContain('secret');
  });
});
