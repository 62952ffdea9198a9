import { z } from 'zod';
import { failureSchema } from '../domain/failure/failure';
import { action, query } from './procedure';

const url = z.string().max(300);
const text = z.string().max(500);

/** Signing in to a Concourse as `fly` does; the token never comes into the window. */
export const concourseSignInSchema = z.discriminatedUnion('state', [
  z.object({ state: z.literal('idle') }),
  z.object({
    state: z.literal('waiting'),
    /** The page at which the person signs in. */
    page: text,
    /** ISO 8601 UTC. */
    expires: text,
  }),
  /** Whose session it is: asked before it is used, since anything on this computer could have handed it over. */
  z.object({
    state: z.literal('confirm'),
    account: text,
    roles: z.string().max(2_000),
    /** ISO 8601 UTC; `null`: it does not say. */
    expires: text.nullable(),
  }),
  z.object({ state: z.literal('failed'), failure: failureSchema }),
  z.object({ state: z.literal('signed-in'), text: z.string().max(2_500) }),
]);
export type ConcourseSignIn = z.infer<typeof concourseSignInSchema>;

const flyTargetSchema = z.object({ name: text, team: text, expires: text.nullable(), isOver: z.boolean() });

const ofServer = z.object({ url });

/** Each answers with how things stand afterwards. */
export const concourseSignInProcedures = {
  'concourse.sign-in': query(ofServer, concourseSignInSchema, { changedBy: ['concourse-sign-in'] }),
  /** Listens on this computer, and opens Concourse's login in the browser. */
  'concourse.start-sign-in': action(ofServer, concourseSignInSchema),
  'concourse.cancel-sign-in': action(ofServer, concourseSignInSchema),
  /** Reads `~/.flyrc`: only when a person asks for it. Names alone come back. */
  'concourse.fly-targets': action(ofServer, z.object({ targets: z.array(flyTargetSchema) })),
  'concourse.use-fly-target': action(z.object({ url, target: text }), concourseSignInSchema),
  /** Saves the session that waits to be confirmed. `account`: the one that was shown. */
  'concourse.confirm-sign-in': action(z.object({ url, account: text }), concourseSignInSchema),
} as const;
