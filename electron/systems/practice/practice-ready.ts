import { z } from 'zod';

/** What the practice estate's process says once, when it serves. Holds no secret; paths are absolute. */
export const practiceReadySchema = z.object({
  ready: z.literal(true),
  pid: z.number(),
  /** `signalbox.yaml`. */
  estateFile: z.string(),
  kubeconfig: z.string(),
  /** Tokens, mode 0600; `practiceCredentialsSchema`. */
  credentialsFile: z.string(),
  controlUrl: z.string(),
  gitUrl: z.string(),
  githubUrl: z.string(),
  /** Whether the repos were seeded at this start. */
  fresh: z.boolean(),
  /** From the start of the process, in milliseconds. */
  startedMs: z.number(),
});
export type PracticeReady = z.infer<typeof practiceReadySchema>;

/** The practice estate's secrets: what the main process puts into its vault. Never in `signalbox.yaml`. */
export const practiceCredentialsSchema = z.object({
  /** For Git over HTTP. */
  ledger: z.object({ username: z.string(), password: z.string() }),
  /** For the GitHub API. */
  github: z.object({ token: z.string() }),
  /** For the control API. */
  control: z.object({ token: z.string() }),
  /**
   * Further tokens for tests: one that only reads, another release manager's who owns the charts, a third one's who
   * does not, and the pipeline's own.
   */
  others: z.object({ reader: z.string(), rival: z.string(), reviewer: z.string(), bot: z.string() }),
  /** Bearer token by environment; the kubeconfig holds them too. */
  clusters: z.record(z.string(), z.string()),
});
export type PracticeCredentials = z.infer<typeof practiceCredentialsSchema>;
