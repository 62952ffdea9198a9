import { z } from 'zod';
import { freezeSchema } from './freeze';

/** A freeze as it is shown. */
export const freezeViewSchema = freezeSchema.omit({ changed: true, asked: true, manual: true }).extend({
  /** `unknown`: a word of a newer Signalbox, taken for a block. */
  manual: z.enum(['warn', 'block', 'unknown']),
  /** "production", "everything". */
  what: z.string(),
  /** `requested`: there is no record of it before its pull request is merged. */
  phase: z.enum(['planned', 'active', 'ended', 'requested']),
  /** Since when its begin or its end is due and nobody carried it out; `null`: it is not late. */
  lateSince: z.string().nullable(),
  /** How far automatic deploys are stopped, by what release repo and clusters show. */
  effect: z.object({
    /** `none`: it stops nothing automatic, or not yet. */
    state: z.enum(['effective', 'pending', 'requested', 'unknown', 'none']),
    text: z.string(),
  }),
  /** The pull request that sets it, begins it or gives its flags back, as far as this console knows of one. */
  request: z
    .object({
      what: z.enum(['freeze', 'thaw']),
      state: z.enum(['waiting', 'closed']),
      number: z.number().int().nullable(),
      url: z.string().nullable(),
      /** This console's own operation, by which it can be withdrawn. */
      operationId: z.string().nullable(),
      text: z.string(),
    })
    .nullable(),
  /** What a person has to put right before it works, or gives back what it switched off, in sentences; `null`: nothing. */
  needs: z.string().nullable(),
  /** What still goes through. */
  passes: z.string(),
  /** The environments and apps that it is about; `apps: null`: all. */
  environments: z.array(z.string()),
  apps: z.array(z.string()).nullable(),
  /** Why this console can't change it: a newer Signalbox wrote it. `null`: it can. */
  newer: z.string().nullable(),
});
export type FreezeView = z.infer<typeof freezeViewSchema>;

/** All freezes of the estate. */
export const freezesViewSchema = z.object({
  /** The team's time zone. */
  timeZone: z.string(),
  freezes: z.array(freezeViewSchema),
  /** Files of freezes that can't be read: what they freeze is not known. */
  unread: z.array(z.object({ path: z.string(), message: z.string() })),
});
export type FreezesView = z.infer<typeof freezesViewSchema>;
