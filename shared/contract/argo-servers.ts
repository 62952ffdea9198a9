import { z } from 'zod';
import { argoAccountSchema, signInOffersSchema } from '../domain/estate/argo-account';
import { argoSystemSchema } from '../domain/estate/argo-servers';
import { action, name, nothing, query } from './procedure';

const place = z.object({ environment: name, system: argoSystemSchema });
const secret = z.string().min(1).max(300_000);

/** Accounts at Argo's own servers. Secrets go over this border in one direction alone. */
export const argoServerProcedures = {
  /** The servers of every environment, in the order of the estate; empty: it names none. */
  'argo-servers.list': query(nothing, z.array(argoAccountSchema), { changedBy: ['account'] }),
  /** Asks the server what it lets people sign in by. */
  'argo-servers.offers': query(place, signInOffersSchema, { changedBy: [] }),
  /** Opens the server's own page in a window; what comes of it is told by the list. An open one comes to the front. */
  'argo-servers.open-window': action(place, nothing),
  'argo-servers.close-window': action(place, nothing),
  /** Signs in by what somebody has. Answers once the server has taken it. */
  'argo-servers.sign-in': action(
    place.extend({
      by: z.discriminatedUnion('way', [
        z.object({ way: z.literal('token'), token: secret }),
        z.object({
          way: z.literal('password'),
          username: z.string().trim().min(1).max(200),
          password: secret,
        }),
        /** Reads the session of `argocd` on this computer: asked by being clicked. */
        z.object({ way: z.literal('command-line') }),
      ]),
    }),
    argoAccountSchema,
  ),
  /** Forgets the session, and everything that its window kept. */
  'argo-servers.sign-out': action(place, argoAccountSchema),
  /** Uses the session once: who one is, and what the account may do there. */
  'argo-servers.test': action(place, z.object({ ok: z.boolean(), text: z.string() })),
  /** The sign-in window asks again before it goes to a host that was allowed. */
  'argo-servers.forget-host': action(place.extend({ host: z.string().max(300) }), argoAccountSchema),
} as const;
