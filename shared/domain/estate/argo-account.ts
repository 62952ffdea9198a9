import { z } from 'zod';
import { failureSchema } from '../failure/failure';
import { argoSystemSchema } from './argo-servers';

/** How a session at one of Argo's servers was got. */
const signInWaySchema = z.enum(['window', 'command-line', 'token', 'password', 'practice']);
export type SignInWay = z.infer<typeof signInWaySchema>;

/** A moment, ISO 8601 UTC. */
const moment = z.iso.datetime();

/** How the person stands with one of Argo's servers. */
const argoSessionSchema = z.discriminatedUnion('state', [
  z.object({ state: z.literal('signed-out') }),
  z.object({
    state: z.literal('signed-in'),
    /** Who, as the server says. */
    name: z.string(),
    by: signInWaySchema,
    /** When it ends; `null`: the server does not tell. */
    expires: moment.nullable(),
    /** Why it is lost when Signalbox ends; `null`: it is in the keychain. */
    forThisRun: z.string().nullable(),
  }),
  z.object({
    state: z.literal('ended'),
    name: z.string(),
    at: moment,
    /** `expired`: its time was over. `refused`: the server did not take it any longer. */
    why: z.enum(['expired', 'refused']),
  }),
]);
export type ArgoSession = z.infer<typeof argoSessionSchema>;

/** The person's account at one of Argo's servers. Never a secret. */
export const argoAccountSchema = z.object({
  environment: z.string(),
  system: argoSystemSchema,
  url: z.string(),
  session: argoSessionSchema,
  /** The sign-in window is open, on a page of this host; `null`: it is not. */
  signingIn: z.object({ host: z.string() }).nullable(),
  /** Why the last sign-in came to nothing; `null`: it did not. */
  trouble: failureSchema.nullable(),
  /** Hosts that the person let its sign-in window go to, besides those of the estate file. */
  allowedHosts: z.array(z.string()),
});
export type ArgoAccount = z.infer<typeof argoAccountSchema>;

/** What a server lets people sign in by, besides its own page and a token. */
export const signInOffersSchema = z.object({
  /** Accounts of its own, with a password. `null`: it did not tell. */
  password: z.boolean().nullable(),
  /** Whether it has a page for signing in; `null`: it did not tell. */
  page: z.boolean().nullable(),
  /** The file where `argocd` keeps its sessions; `null`: this is no Argo CD. It was not read. */
  commandLine: z.string().nullable(),
});
export type SignInOffers = z.infer<typeof signInOffersSchema>;
