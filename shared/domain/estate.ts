import { z } from 'zod';

/** Layout of GOV.UK's release repo, and the default. */
export const defaultImageTagPath = 'charts/app-config/image-tags/{environment}/{app}';

const name = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/,
    'must be 1–63 of letters, digits, ".", "_", "-", beginning with a letter or digit',
  );

const httpUrl = z.url({ protocol: /^https?$/, error: 'must be an http(s) URL' });

/** A path template with `{environment}` and `{app}`, each once, each a whole segment or part of one. */
const imageTagPath = z
  .string()
  .refine((path) => path.split('{environment}').length === 2 && path.split('{app}').length === 2, {
    error: 'must contain {environment} and {app}, once each',
  })
  .refine(
    (path) =>
      path.split('/').every((part) => part !== '' && part !== '.' && part !== '..' && part !== '.git'),
    {
      error: 'must be a relative path inside the repo, without "." or ".." parts',
    },
  )
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
  .refine((path) => !/[\u0000-\u001f\u007f\\]/.test(path), {
    error: 'must not contain control characters or backslashes',
  });

const github = z.strictObject({
  /** Base of the REST API: `https://api.github.com`, or `https://<host>/api/v3`. */
  apiUrl: httpUrl,
  owner: name,
  repo: name,
});

const cluster = z.strictObject({
  /** Name of the kubeconfig's context. */
  context: z.string().min(1),
  /** Path of the kubeconfig; absent: the usual one of kubectl. */
  kubeconfig: z.string().min(1).optional(),
  argoNamespace: z.string().min(1).default('cluster-services'),
  workflowsNamespace: z.string().min(1).default('apps'),
  appsNamespace: z.string().min(1).default('apps'),
  /** The Application that renders all the others. */
  parentApplication: z.string().min(1).default('app-config'),
});

/** An environment: a place to deploy to. `production` is treated with more care. */
const environmentSchema = z.strictObject({
  name,
  tier: z.enum(['production', 'standard']).default('standard'),
  cluster: cluster.optional(),
});

/** A pipeline: a chain of environments in the order in which versions travel. The kind `bags` joins here later. */
const pipelineSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('apps'), name, environments: z.array(name).min(1) }),
]);

/** Where the release repo is and how commits land on its branch. */
const ledgerSchema = z.strictObject({
  /** https, http, ssh, file URL, scp-like address (`git@host:path`) or a local path; never with a password inside, http(s) without any user. */
  url: z
    .string()
    .min(1)
    .refine((url) => !/^[a-z]+:\/\/[^/@]*:[^/@]*@/i.test(url), {
      error: 'must not contain a password: keep it in the vault',
    })
    // GitHub takes a token in the place of the user's name: it would stand in arguments, on screen and in the mirror.
    .refine((url) => !/^https?:\/\/[^/?#]*@/i.test(url), {
      error: 'must not contain a user or token: keep them in the vault',
    })
    .refine((url) => !url.startsWith('-'), { error: 'must not begin with "-"' })
    .refine((url) => !/^[a-z0-9+.-]+::/i.test(url), { error: 'must not name a remote helper' }),
  branch: z
    .string()
    .regex(
      /^(?![-/.])(?!.*(?:\.\.|@\{|\/\/|\/\.|\.lock(?:\/|$)))[^\s~^:?*[\\\u007f]+(?<![/.])$/,
      'must be a branch name',
    )
    .default('main'),
  /** `push`: fast-forward push. `merge-branch`: a short-lived branch, merged by GitHub's merges API. */
  landing: z.enum(['push', 'merge-branch']).default('push'),
  github: github.optional(),
  imageTagPath: imageTagPath.default(defaultImageTagPath),
});

/** All that one console watches: the content of `signalbox.yaml`. */
export const estateSchema = z
  .strictObject({
    name: z.string().min(1),
    ledger: ledgerSchema,
    environments: z.array(environmentSchema).min(1),
    pipelines: z.array(pipelineSchema).default([]),
    /** The apps' own repos, for tags, branches and commits. */
    sources: z
      .strictObject({
        urlTemplate: z
          .string()
          .refine((url) => url.split('{app}').length === 2, { error: 'must contain {app} once' }),
        github: z.strictObject({ apiUrl: httpUrl, owner: name }).optional(),
      })
      .optional(),
    /** Set on the practice estate only: where its scenarios are driven from. */
    practice: z.strictObject({ controlUrl: httpUrl }).optional(),
  })
  .check((context) => {
    const estate = context.value;
    const seen = new Set<string>();
    estate.environments.forEach((environment, index) => {
      if (seen.has(environment.name))
        context.issues.push({
          code: 'custom',
          input: environment.name,
          path: ['environments', index, 'name'],
          message: `"${environment.name}" is there twice`,
        });
      seen.add(environment.name);
    });
    estate.pipelines.forEach((pipeline, index) => {
      pipeline.environments.forEach((environment, place) => {
        if (!seen.has(environment) || pipeline.environments.indexOf(environment) !== place)
          context.issues.push({
            code: 'custom',
            input: environment,
            path: ['pipelines', index, 'environments', place],
            message: seen.has(environment)
              ? `"${environment}" is there twice`
              : `no environment is called "${environment}"`,
          });
      });
    });
    if (estate.ledger.landing === 'merge-branch' && !estate.ledger.github)
      context.issues.push({
        code: 'custom',
        input: estate.ledger,
        path: ['ledger', 'github'],
        message: 'is needed for the landing "merge-branch"',
      });
  });
export type Estate = z.infer<typeof estateSchema>;
