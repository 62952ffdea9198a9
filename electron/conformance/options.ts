import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { authorizationOf } from '../systems/argo/server/session-value';

/** What the suite is told of the cluster that it runs against. */
export interface ConformanceOptions {
  /** Left out: `KUBECONFIG` or `~/.kube/config`, and its current context. */
  kubeconfig: string[] | undefined;
  context: string | undefined;
  argoNamespace: string;
  /** Left out: the context's namespace, for both. */
  namespace: string | undefined;
  workflowsNamespace: string | undefined;
  /** A repo that the cluster can read; without it nothing of Argo CD is tried. */
  repoUrl: string | undefined;
  repoPath: string;
  revision: string;
  /** Text of the values, where the path is a Helm chart that needs some. */
  helmValues: string | undefined;
  project: string;
  destinationServer: string;
  image: string;
  serviceAccount: string | undefined;
  /** Seconds that anything is waited for. */
  timeout: number;
  /** Argo CD's own server, by which Applications are seen and asked then, with the header `Authorization` for it. */
  argocdServer: { url: string; authorization: string } | undefined;
  /** The same of Argo Workflows' server, for workflows. */
  argoServer: { url: string; authorization: string } | undefined;
  /** Only cases whose name holds it. */
  grep: string | undefined;
  json: boolean;
}

export const usage = `npm run test:cluster -- [options]

Tests Signalbox's adapters against a cluster with Argo CD and Argo Workflows. Everything it creates is called
"signalbox-…", is labelled signalbox.dev/conformance, and is deleted at the end.

  --kubeconfig <file>            as in kubectl; can be repeated (default: KUBECONFIG, ~/.kube/config)
  --context <name>               default: the current one
  --namespace <name>             where it creates Deployments and pods (default: the context's)
  --argo-namespace <name>        where Argo CD looks for Applications (default: argocd)
  --workflows-namespace <name>   where it creates Workflows (default: --namespace)
  --repo-url <url>               a Git repo that the cluster can read; without it, Argo CD is skipped
  --repo-path <path>             folder of manifests or a chart in that repo (default: guestbook)
  --revision <name>              branch, tag or commit (default: HEAD)
  --helm-values <file>           values for a chart at that path
  --project <name>               AppProject (default: default)
  --destination-server <url>     default: https://kubernetes.default.svc
  --argocd-server <url>          sees and asks Applications through Argo CD's own server
                                 (token in SIGNALBOX_ARGOCD_TOKEN)
  --argo-server <url>            sees and asks workflows through Argo Workflows' own server
                                 (token in SIGNALBOX_ARGO_TOKEN)
  --image <image>                must contain sh, echo and sleep (default: busybox:1.36)
  --service-account <name>       for workflow pods (default: the namespace's default one)
  --timeout <seconds>            for each wait (default: 180)
  --grep <text>                  run only cases whose name contains this text
  --json                         one JSON object per line instead of text`;

/** @throws Error with words for a person. */
export function parseOptions(
  args: readonly string[],
  environment: NodeJS.ProcessEnv = process.env,
): ConformanceOptions {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    args: [...args],
    options: {
      kubeconfig: { type: 'string', multiple: true },
      context: text,
      namespace: text,
      'argo-namespace': text,
      'workflows-namespace': text,
      'repo-url': text,
      'repo-path': text,
      revision: text,
      'helm-values': text,
      project: text,
      'destination-server': text,
      'argocd-server': text,
      'argo-server': text,
      image: text,
      'service-account': text,
      timeout: text,
      grep: text,
      json: { type: 'boolean' },
    },
  });
  const timeout = Number(values.timeout ?? 180);
  if (!(timeout > 0)) throw new Error('--timeout must be a number of seconds above 0.');
  return {
    kubeconfig: values.kubeconfig,
    context: values.context,
    argoNamespace: values['argo-namespace'] ?? 'argocd',
    namespace: values.namespace,
    workflowsNamespace: values['workflows-namespace'] ?? values.namespace,
    repoUrl: values['repo-url'],
    repoPath: values['repo-path'] ?? 'guestbook',
    revision: values.revision ?? 'HEAD',
    helmValues: values['helm-values'] === undefined ? undefined : readFileSync(values['helm-values'], 'utf8'),
    project: values.project ?? 'default',
    destinationServer: values['destination-server'] ?? 'https://kubernetes.default.svc',
    argocdServer: serverOf('argocd-server', values['argocd-server'], environment.SIGNALBOX_ARGOCD_TOKEN),
    argoServer: serverOf('argo-server', values['argo-server'], environment.SIGNALBOX_ARGO_TOKEN),
    image: values.image ?? 'busybox:1.36',
    serviceAccount: values['service-account'],
    timeout,
    grep: values.grep,
    json: values.json ?? false,
  };
}

/** @throws Error with words for a person. */
function serverOf(
  option: 'argocd-server' | 'argo-server',
  url: string | undefined,
  token: string | undefined,
): ConformanceOptions['argocdServer'] {
  if (url === undefined) return undefined;
  if (!/^https?:$/.test(URL.canParse(url) ? new URL(url).protocol : ''))
    throw new Error(`--${option} must be an http(s) URL.`);
  const variable = option === 'argocd-server' ? 'SIGNALBOX_ARGOCD_TOKEN' : 'SIGNALBOX_ARGO_TOKEN';
  if (!token) throw new Error(`--${option} needs a token in the environment variable ${variable}.`);
  const authorization = authorizationOf(option === 'argocd-server' ? 'argo-cd' : 'argo-workflows', token);
  if (authorization === null) throw new Error(`What ${variable} holds can't be a token.`);
  return { url, authorization };
}
