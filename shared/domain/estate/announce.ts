import { z } from 'zod';
import { announcementEvents } from '../announcement/announcement';
import { name } from './estate-name';
import { leadsToLoopback } from './loopback';

/** Where announcements may be sent: https, or this machine itself (practice). */
const safeUrl = z
  .url({ protocol: /^https?$/, error: 'must be an https URL' })
  .max(2_000)
  .refine((url) => !URL.canParse(url) || url.startsWith('https:') || leadsToLoopback(url), {
    error: 'must be an https URL',
  })
  .refine((url) => !/^https?:\/\/[^/?#]*@/i.test(url), {
    error: 'must not contain a user or password: enter them in Settings → Announcements',
  });

const events = z
  .array(z.enum(announcementEvents))
  .min(1)
  .max(announcementEvents.length)
  .optional()
  .describe('Which events. Missing: all.');

/** The name of a channel (`#govuk-deploy`) or its ID; never a person: a direct message tells nobody else. */
export const slackChannel = /^(?:#[^\s#@<>&|,]{1,80}|[CG][A-Z0-9]{6,20})$/;

const channelRule = z.strictObject({
  channel: z
    .string()
    .regex(slackChannel, 'must be a channel’s name with “#”, or its ID')
    .describe('The channel: `#govuk-deploy`, or its ID.'),
  events,
  pipelines: z.array(name).min(1).max(100).optional().describe('Only of these pipelines. Missing: of all.'),
  environments: z
    .array(name)
    .min(1)
    .max(100)
    .optional()
    .describe('Only of these environments. Missing: of all.'),
  apps: z.array(name).min(1).max(2_000).optional().describe('Only of these apps. Missing: of all.'),
});

/**
 * Whom Signalbox tells what happened. Nothing is told before a person switched it on in Settings → Announcements, where
 * tokens and secrets are entered, too.
 */
export const announceSchema = z.strictObject({
  slack: z
    .strictObject({
      apiUrl: safeUrl.default('https://slack.com/api/').describe('Where Slack’s Web API is.'),
      channels: z
        .array(channelRule)
        .max(200)
        .default([])
        .describe(
          'Which channel hears of what; every rule that fits counts. With an incoming webhook instead of a bot’s token, the webhook’s own channel hears of whatever fits one of them.',
        ),
      appChannels: z
        .boolean()
        .default(false)
        .describe(
          'Whether an app’s own channel hears of what happens to it: the annotation `slackChannel` of its Argo CD Application. Needs a bot’s token.',
        ),
    })
    .optional()
    .describe('Slack. Missing: it is not told.'),
  release: z
    .strictObject({
      url: safeUrl.describe('The Release app, such as `https://release.publishing.service.gov.uk`.'),
      owner: name.describe('The owner of the apps’ repos, as the Release app names them.'),
      applications: z
        .record(name, name)
        .default({})
        .describe(
          'Names of apps in the Release app that are other ones than here: `{smartanswers: smart-answers}`.',
        ),
      recordedBy: z
        .array(z.enum(['workflow', 'actions']))
        .max(2)
        .default(['workflow', 'actions'])
        .describe(
          'Routes whose own workflow records the deployment there already, as GOV.UK’s `deploy-image` does: Signalbox does not record theirs again.',
        ),
    })
    .optional()
    .describe(
      'The Release app, which records deployments and has notes on apps. Missing: it is neither told nor read.',
    ),
  webhook: z
    .strictObject({
      url: safeUrl.describe('Gets every event as signed JSON: docs/announcements.md.'),
      events,
    })
    .optional()
    .describe('Any other service. Missing: none is told.'),
  email: z
    .strictObject({
      to: z
        .array(z.email().max(250))
        .min(1)
        .max(20)
        .describe('To whom the draft of a freeze’s text is addressed.'),
    })
    .optional()
    .describe('E-mail, as a draft in the person’s own mail program. Missing: the draft has no address.'),
});
export type AnnounceConfig = z.infer<typeof announceSchema>;

/** Pipelines and environments that rules name and the estate does not have: where, what, and how it is said. */
export function announceProblems(estate: {
  announce?: AnnounceConfig | undefined;
  environments: readonly { name: string }[];
  pipelines: readonly { name: string }[];
}): [path: (string | number)[], input: unknown, message: string][] {
  const rules = estate.announce?.slack?.channels ?? [];
  return rules.flatMap((rule, index) =>
    (['environments', 'pipelines'] as const).flatMap((of) =>
      (rule[of] ?? []).flatMap((one, place): [(string | number)[], unknown, string][] =>
        estate[of].some(({ name }) => name === one)
          ? []
          : [
              [
                ['announce', 'slack', 'channels', index, of, place],
                one,
                `there is no ${of.slice(0, -1)} "${one}"`,
              ],
            ],
      ),
    ),
  );
}
