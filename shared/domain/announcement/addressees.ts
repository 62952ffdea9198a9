import { type AnnounceConfig, slackChannel } from '../estate/announce';
import type { Announcement } from './announcement';

/** Who can be told. */
export const destinations = ['slack', 'release', 'webhook'] as const;
export type Destination = (typeof destinations)[number];

/** One who is told of an announcement: within Slack a channel, else the whole of it (empty). */
export interface Addressee {
  destination: Destination;
  target: string;
}

const names = (wanted: readonly string[] | undefined, found: readonly string[]): boolean =>
  wanted === undefined || found.length === 0 || found.some((one) => wanted.includes(one));

type Rule = NonNullable<AnnounceConfig['slack']>['channels'][number];

/** Whether a rule fits. What happened everywhere (no environment, no app is named) concerns every rule. */
const fits = (rule: Rule, { event, pipeline, environments, apps }: Announcement): boolean =>
  (rule.events?.includes(event) ?? true) &&
  names(rule.pipelines, pipeline === null ? [] : [pipeline]) &&
  names(rule.environments, environments) &&
  names(rule.apps, apps);

/** A channel as an annotation has it, with the `#` that some leave out; `null`: it names none, such as a person. */
export function channelOfAnnotation(text: string): string | null {
  const trimmed = text.trim();
  const channel = slackChannel.test(trimmed) ? trimmed : `#${trimmed}`;
  return slackChannel.test(channel) ? channel : null;
}

/** As a repo's name may be written in the Release app's, and an environment's and version's: nothing is made up of them. */
const plain = /^[A-Za-z0-9][A-Za-z0-9._-]{0,199}$/;

/** What the Release app is told of a deployment. */
export interface ReleaseRecord {
  repo: string;
  environment: string;
  version: string;
}

/**
 * What the Release app records of an announcement; `null`: nothing. One app's version that begins to run in one
 * environment, when its commit has landed, as GOV.UK's `deploy-image` does (charts/argo-services, notify-release: `repo`
 * with the owner, the version without `release-`); of an emergency rollback, when the version is set.
 */
export function releaseRecord(
  announcement: Announcement,
  { owner, recordedBy }: NonNullable<AnnounceConfig['release']>,
): ReleaseRecord | null {
  const { event, apps, environments, version, route } = announcement;
  const begins =
    event === 'deploy-started' || event === 'rollback-started' || event === 'emergency-rollback-done';
  const [app, ...others] = apps;
  const [environment, ...elsewhere] = environments;
  if (!begins || app === undefined || environment === undefined || version === null) return null;
  if (others.length > 0 || elsewhere.length > 0) return null;
  if (route !== undefined && recordedBy.some((one) => one === route)) return null;
  if (![owner, app, environment, version].every((one) => plain.test(one))) return null;
  return { repo: `${owner}/${app}`, environment, version: version.replace(/^release-/, '') };
}

/**
 * Who is told of an announcement.
 * @param slack `webhook`: one of Slack's incoming webhooks, which knows its own channel alone and can't update what it said.
 * @param appChannels the channels of its apps, as their Applications name them.
 */
export function addresseesOf(
  announcement: Announcement,
  config: AnnounceConfig,
  slack: 'bot' | 'webhook',
  appChannels: readonly string[],
): Addressee[] {
  const found: Addressee[] = [];
  if (config.slack) {
    const fitting = config.slack.channels.filter((rule) => fits(rule, announcement));
    if (slack === 'webhook') {
      if (fitting.length > 0) found.push({ destination: 'slack', target: '' });
    } else {
      const own = config.slack.appChannels
        ? appChannels.flatMap((text) => channelOfAnnotation(text) ?? [])
        : [];
      for (const target of new Set([...fitting.map(({ channel }) => channel), ...own]))
        found.push({ destination: 'slack', target });
    }
  }
  if (config.release && releaseRecord(announcement, config.release) !== null)
    found.push({ destination: 'release', target: '' });
  if (config.webhook && (config.webhook.events?.includes(announcement.event) ?? true))
    found.push({ destination: 'webhook', target: '' });
  return found;
}
