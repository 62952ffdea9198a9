import { z } from 'zod';
import { namesAccount } from './url-account';

/** Argo's two servers, each with accounts of its own. */
export const argoSystems = ['argo-cd', 'argo-workflows'] as const;
export const argoSystemSchema = z.enum(argoSystems);
export type ArgoSystem = z.infer<typeof argoSystemSchema>;

/** How people call them. */
export const argoSystemNames: Readonly<Record<ArgoSystem, string>> = {
  'argo-cd': 'Argo CD',
  'argo-workflows': 'Argo Workflows',
};

const host = z
  .string()
  .regex(
    /^(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*(:\d{1,5})?$/,
    'must be a host name in lower case, with a port where it is not the usual one',
  );

const server = z.strictObject({
  url: z
    .url({ protocol: /^https?$/, error: 'must be an http(s) URL' })
    // URL parsers mend more than they say: other spellings of an address would pass what is looked for in its text.
    .refine((url) => /^https?:\/\/[^/\\\s]+(\/[^\\\s]*)?$/.test(url), {
      error: 'must begin with http:// or https:// in lower case and a host',
    })
    .refine((url) => !namesAccount(url), { error: 'must not contain a user or token' })
    .refine((url) => !/[?#]/.test(url), { error: 'must not have a query or fragment' })
    .describe('Its address as in a browser.'),
  prefer: z
    .enum(['kubernetes', 'server'])
    .optional()
    .describe(
      'Which is asked first: the Kubernetes API or this server. Missing: the Kubernetes API where it shows these objects, else this server.',
    ),
  signInHosts: z
    .array(host)
    .default([])
    .describe(
      'Hosts of the identity provider that the sign-in window may go to, besides the server’s own. Signalbox asks about any other.',
    ),
});
export type ArgoServer = z.infer<typeof server>;

/** Argo's own servers of an environment, for those whose account sees nothing of Argo through the Kubernetes API. */
export const argoServersSchema = z.strictObject({
  cd: server
    .optional()
    .describe('Argo CD’s server. Missing: Argo CD is seen through the Kubernetes API alone.'),
  workflows: server
    .optional()
    .describe('The server of Argo Workflows. Missing: workflows are seen through the Kubernetes API alone.'),
});
export type ArgoServers = z.infer<typeof argoServersSchema>;

/** The server of a system; `undefined`: the estate names none. */
export const argoServerOf = (servers: ArgoServers | undefined, system: ArgoSystem): ArgoServer | undefined =>
  system === 'argo-cd' ? servers?.cd : servers?.workflows;
