import { z } from 'zod';

/**
 * What an estate file, or a kubeconfig that it names, would have this computer do with the person's rights: run a
 * program, or send files of theirs to a server. Nothing of it is done before the person allowed exactly this.
 */
export const consentRequestSchema = z.object({
  /** SHA-256 over everything below but `kubeconfig`, over the command word by word, and over the content of `programs`
   * that did not come with the system: hexadecimal. */
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
  /** What says how the command is run: the kubeconfig alone, or also the estate file, with a wrapper or variables. */
  from: z.enum(['kubeconfig', 'estate-file']).default('kubeconfig'),
  /** The command line with its variables, as one would type it in ASCII; `null`: no program is run. */
  command: z.string().nullable(),
  /** Its programs, and other files that it names: absolute paths, links followed. */
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
