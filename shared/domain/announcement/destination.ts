import { z } from 'zod';
import { destinations } from './addressees';

export const destinationSchema = z.enum(destinations);

/**
 * How one stands who can be told: nobody switched it on; the estate file names another host by now, which has to be allowed;
 * its secret is missing; or it is told.
 */
const readinessSchema = z.enum(['off', 'needs-permission', 'needs-secret', 'ready']);
export type Readiness = z.infer<typeof readinessSchema>;

/** One who can be told, as Settings show it. */
export const destinationViewSchema = z.object({
  destination: destinationSchema,
  state: readinessSchema,
  /** Where messages go: scheme, host and port. */
  host: z.string(),
  /** Whether its secret is there: in the keychain, or until Signalbox ends, since none can be saved. */
  secret: z.enum(['kept', 'held', 'missing']),
  /** Of Slack, what the secret is; `null`: there is none, or it is not Slack. */
  slack: z.enum(['bot', 'webhook']).nullable(),
  /** Who hears of what, each in a line, by the estate file. */
  rules: z.array(z.string()),
});
export type DestinationView = z.infer<typeof destinationViewSchema>;

/** A message that was sent, or could not be. */
export const deliveryViewSchema = z.object({
  id: z.number().int(),
  destination: destinationSchema,
  /** The channel; empty: there is but one. */
  target: z.string(),
  /** What it says, in a line. */
  text: z.string(),
  /** When that happened: ISO 8601 UTC. */
  at: z.string(),
  /**
   * `waiting`: it is tried, or tried again. `refused`: it did not arrive, and repeating alone does not help. `unknown`: it may
   * have arrived.
   */
  state: z.enum(['waiting', 'refused', 'unknown', 'sent']),
  /** Why it did not arrive, in a sentence; `null`: it was not tried yet, or it did. */
  because: z.string().nullable(),
  attempts: z.number().int(),
  /** When it is tried next: ISO 8601 UTC; `null`: not by itself. */
  next: z.string().nullable(),
});
export type DeliveryView = z.infer<typeof deliveryViewSchema>;

/** All of it. */
export const announcementsViewSchema = z.object({
  /** Empty: the estate file names none. */
  destinations: z.array(destinationViewSchema),
  /** What did not arrive yet, oldest first. */
  open: z.array(deliveryViewSchema),
  /** What arrived lately, newest first. */
  lately: z.array(deliveryViewSchema),
  /** How many were thrown away, since too many waited. */
  lost: z.number().int(),
  /** Why secrets can't be saved on this computer; `null`: they can. */
  unavailableBecause: z.string().nullable(),
});
export type AnnouncementsView = z.infer<typeof announcementsViewSchema>;

/** Whether somebody should look at it: it was tried and did not arrive, or nothing is sent any more before somebody acts. */
export const needsLook = ({ state, attempts }: Pick<DeliveryView, 'state' | 'attempts'>): boolean =>
  state === 'refused' || state === 'unknown' || (state === 'waiting' && attempts > 0);

/** As the window calls them. */
export const destinationNames: Readonly<Record<DestinationView['destination'], string>> = {
  slack: 'Slack',
  release: 'Release app',
  webhook: 'Webhook',
};
