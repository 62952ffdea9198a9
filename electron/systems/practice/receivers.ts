import { z } from 'zod';

/** What the practice estate's Slack, Release app and webhook are told by. They are no secrets; nothing there is real. */
export const receiverSecrets = {
  slackToken: 'xoxb-practice-000000000000',
  /** Beneath the receivers' URL, as Slack's `https://hooks.slack.com/services/…`. */
  slackWebhookPath: '/slack/services/T00000000/B00000000/practice0000000000000000',
  release: 'practice-release-token',
  webhook: 'whsec_cHJhY3RpY2UtZXN0YXRlLW9ubHktbm8tc2VjcmV0LWhlcmU=',
} as const;

/**
 * How a receiver behaves: as usual, not for now (503, or 429 with `Retry-After: 1`), or it does what it is asked for and the
 * connection breaks before its answer, or it never answers.
 */
const receiverModes = ['up', 'unavailable', 'rate-limited', 'cut-after', 'hangs'] as const;
export const receiverModeSchema = z.enum(receiverModes);
export type ReceiverMode = z.infer<typeof receiverModeSchema>;

/** What the Release app has of an app, as its pages would have it edited; left out: nothing is noted. */
export const releaseAppSchema = z.object({ notes: z.string(), deployFreeze: z.boolean() });
export type ReleaseApp = z.infer<typeof releaseAppSchema>;

/** What they were told since the estate started, oldest first. */
export const receivedSchema = z.object({
  slack: z.array(
    z.object({
      channel: z.string(),
      /** Its text, then as it was changed. */
      texts: z.array(z.string()).min(1),
      via: z.enum(['bot', 'webhook']),
      /** Whom it calls by a notification: `channel`, `here`, `everyone`, or a person's or group's ID. */
      pings: z.array(z.string()),
    }),
  ),
  release: z.array(z.object({ repo: z.string(), environment: z.string(), version: z.string() })),
  webhook: z.array(
    z.object({ id: z.string(), timestamp: z.string(), signature: z.string(), body: z.string() }),
  ),
});
export type Received = z.infer<typeof receivedSchema>;
