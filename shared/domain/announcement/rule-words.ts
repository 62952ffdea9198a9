import type { AnnounceConfig } from '../estate/announce';
import { listText } from '../text/list-text';
import type { Destination } from './addressees';
import type { AnnouncementEvent } from './announcement';
import { eventNames } from './announcement-words';

const what = (events: readonly AnnouncementEvent[] | undefined): string =>
  events === undefined ? 'everything' : listText(events.map((event) => eventNames[event]));

/** Who hears of what by the estate file, each in a line. */
export function ruleTexts(config: AnnounceConfig, destination: Destination): string[] {
  if (destination === 'release' && config.release) {
    const { recordedBy } = config.release;
    const by = recordedBy.map((route) => (route === 'workflow' ? 'Argo Workflows' : 'GitHub Actions'));
    return [
      'Records each version that starts to run.',
      'Its notes are shown where you deploy.',
      ...(by.length > 0
        ? [`Not those deployed through ${by.join(' or ')}: their workflow records them.`]
        : []),
    ];
  }
  if (destination === 'webhook' && config.webhook) return [`Gets ${what(config.webhook.events)}.`];
  if (destination !== 'slack' || !config.slack) return [];
  const rules = config.slack.channels.map(({ channel, events, environments, pipelines, apps }) => {
    const of = [
      environments && `in ${listText(environments)}`,
      pipelines && `of ${listText(pipelines)}`,
      apps && `of ${listText(apps)}`,
    ].filter((part) => part !== undefined);
    return [`${channel}: ${what(events)}`, ...of].join(' ');
  });
  return config.slack.appChannels ? [...rules, 'Each app’s own channel: what happens to the app'] : rules;
}
