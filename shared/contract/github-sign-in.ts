import { z } from 'zod';
import { failureSchema } from '../domain/failure/failure';
import { action, nothing, query } from './procedure';

/** Signing in to GitHub by a code that the person types there; the token never comes into the window. */
export const gitHubSignInSchema = z.object({
  /** Why it is not offered; `null`: it is. */
  notOffered: z.string().nullable(),
  /** The host of GitHub's pages: `github.com`. */
  host: z.string(),
  /** What is asked for. */
  scopes: z.array(z.string()),
  now: z.discriminatedUnion('state', [
    z.object({ state: z.literal('idle') }),
    z.object({ state: z.literal('asking') }),
    z.object({
      state: z.literal('waiting'),
      userCode: z.string(),
      /** The page at which the code is typed. */
      page: z.string(),
      /** ISO 8601 UTC. */
      expires: z.string(),
    }),
    z.object({ state: z.literal('failed'), failure: failureSchema }),
    z.object({ state: z.literal('signed-in'), text: z.string() }),
  ]),
});
export type GitHubSignIn = z.infer<typeof gitHubSignInSchema>;

/** Each answers with how things stand afterwards. */
export const gitHubSignInProcedures = {
  'github.sign-in': query(nothing, gitHubSignInSchema, { changedBy: ['github-sign-in'] }),
  /** Asks GitHub for a code; one that was asked for before is given up. */
  'github.start-sign-in': action(nothing, gitHubSignInSchema),
  'github.cancel-sign-in': action(nothing, gitHubSignInSchema),
} as const;
