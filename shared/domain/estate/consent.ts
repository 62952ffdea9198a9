import { z } from 'zod';

/**
 * What a kubeconfig that an estate file names would have this computer do with the person's rights: run a program, or
 * send files of theirs to a server. Nothing of it is done before the person allowed exactly this.
 */
export const consentRequestSchema = z.object({
  /** SHA-256 over everything below but `kubeconfig` and `context`, and over the content of `programs`: hexadecimal. */
  hash: z.string().regex(/^[0-9a-f]{64}$/),
  /** Absolute path, and the context in it. */
  kubeconfig: z.string(),
  context: z.string(),
  /** Where the credentials go. */
  server: z.string(),
  /** Over this proxy; `null`: none is named. */
  proxy: z.string().nullable(),
  /** The server's certificate is not looked at: whoever is on the way gets the credentials. */
  insecure: z.boolean(),
  /** The command line with its variables, as one would type it; `null`: no program is run. */
  command: z.string().nullable(),
  /** Files named in the command that are no programs of the system: absolute paths. */
  programs: z.array(z.string()),
  /** Files outside of the kubeconfig's folder by which it logs in. */
  files: z.array(z.object({ use: z.enum(['token', 'certificate', 'key']), path: z.string() })),
});
export type ConsentRequest = z.infer<typeof consentRequestSchema>;

/** A request that waits for the person. */
export const waitingConsentSchema = consentRequestSchema.extend({
  environments: z.array(z.string()),
  /** ISO 8601 UTC: when something else was allowed for the same context; `null`: never. */
  changedSince: z.string().nullable(),
});
export type WaitingConsent = z.infer<typeof waitingConsentSchema>;

/** What the person allowed, and when: ISO 8601 UTC. */
export const givenConsentSchema = consentRequestSchema.extend({ at: z.string() });
export type GivenConsent = z.infer<typeof givenConsentSchema>;
