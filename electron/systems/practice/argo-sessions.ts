import { z } from 'zod';

/** How sessions at the practice estate's Argo servers live: plain data, kept in its state. */
export const argoSessionsSchema = z.object({
  /** How long a session lasts that starts from now on, in seconds of the wall's clock. */
  lastSeconds: z
    .number()
    .int()
    .min(1)
    .max(30 * 24 * 3600),
  /** By server (`argo-cd.production`), how often its sessions were ended: those of earlier rounds are over. */
  rounds: z.record(z.string(), z.number()),
  /** Whether an identity-aware proxy with a session of its own stands before every server. */
  proxy: z.boolean(),
});
export type ArgoSessions = z.infer<typeof argoSessionsSchema>;

/** A day, as Argo CD has it by default (`users.session.duration`), and no proxy. */
export const usualArgoSessions = (): ArgoSessions => ({ lastSeconds: 24 * 3600, rounds: {}, proxy: false });

/** The account that Argo CD has of its own: it reads and writes. The password is no secret; nothing there is real. */
export const localAdmin = { username: 'admin', password: 'practice' } as const;
