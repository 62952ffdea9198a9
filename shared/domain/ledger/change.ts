import { z } from 'zod';

/** Somebody who made a commit, or made it with others. */
const sourcePersonSchema = z.object({
  name: z.string(),
  /** As the commit has it; `null`: it is not told. */
  email: z.string().nullable(),
  /** The GitHub account; `null`: none is known. */
  login: z.string().nullable(),
  /** An app's account, and no person. */
  bot: z.boolean(),
});
export type SourcePerson = z.infer<typeof sourcePersonSchema>;

/** One commit of an app's source repo between two versions. */
export const sourceCommitSchema = z.object({
  sha: z.string(),
  subject: z.string(),
  author: z.string(),
  /** Its author, then its co-authors; left out: only the author's name is known (an older Signalbox kept it). */
  people: z.array(sourcePersonSchema).optional(),
  at: z.string(),
  /** Pull request number and link, when the commit's subject or GitHub tells. */
  pullRequest: z
    .object({ number: z.number(), url: z.string().nullable(), title: z.string().nullable() })
    .nullable(),
});
export type SourceCommit = z.infer<typeof sourceCommitSchema>;

/** What differs between two versions of an app. Newest commit first, merge commits left out of the counts. */
export const changeSchema = z.discriminatedUnion('state', [
  z.object({
    state: z.literal('known'),
    from: z.string(),
    to: z.string(),
    direction: z.enum(['forward', 'backward', 'diverged', 'same']),
    commits: z.array(sourceCommitSchema),
    /** Commits on the other side, when the two diverged. */
    lost: z.array(sourceCommitSchema),
    migrations: z.array(z.string()),
    /** There are more commits than are listed. */
    truncated: z.boolean(),
    /** There may be more migrations: GitHub would not list all files that differ. */
    migrationsPartial: z.boolean(),
    url: z.string().nullable(),
    /** When GitHub told it, ISO 8601 UTC, where it was kept and could not be asked again; left out: it was asked just now. */
    asOf: z.string().optional(),
  }),
  z.object({ state: z.literal('unknown'), because: z.string() }),
]);
export type Change = z.infer<typeof changeSchema>;

/** A tag, branch or commit that can be picked in the deploy sheet. */
export const candidateSchema = z.object({
  kind: z.enum(['tag', 'branch', 'commit']),
  name: z.string(),
  /** The version (image tag) that deploying it means. */
  version: z.string(),
  sha: z.string(),
  at: z.string().nullable(),
  author: z.string().nullable(),
  subject: z.string().nullable(),
  /** Environments that run it now. */
  runningIn: z.array(z.string()),
});
export type Candidate = z.infer<typeof candidateSchema>;

/** What lies between a version and itself. */
export const noChange = (version: string): Change => ({
  state: 'known',
  from: version,
  to: version,
  direction: 'same',
  commits: [],
  lost: [],
  migrations: [],
  truncated: false,
  migrationsPartial: false,
  url: null,
});
