import { utcText } from '../text/utc-text';
import { visibleText } from '../text/visible-text';
import type { Announcement } from './announcement';
import { headline } from './announcement-words';

/** Longest line of somebody else's text, in characters; Slack's own advice for a whole message is 4,000. */
const longest = 300;
const mostDetails = 5;

/**
 * A text of somebody else in a message of Slack's: one line, hidden characters written out, and nothing in it that Slack
 * takes for markup. Slack parses `&`, `<` and `>` alone (docs.slack.dev, "Formatting message text", "Escaping text"): mentions,
 * links and dates all begin with `<`. `@channel` in plain letters is text unless the sender asks for names to be linked; a
 * word joiner keeps it so whatever an old integration does.
 */
export function slackEscaped(text: string): string {
  const line = visibleText(text).replace(/\s+/gu, ' ').trim();
  const letters = [...line];
  const cut = letters.length > longest ? `${letters.slice(0, longest).join('')}…` : line;
  return cut
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replace(/@(?=channel|here|everyone)/giu, '@\u2060');
}

/**
 * A time that Slack shows to each reader in their own zone (docs.slack.dev, "Formatting message text", "Date
 * formatting").
 */
const slackTime = (iso: string): string =>
  `<!date^${Math.floor(Date.parse(iso) / 1000)}^{date_short_pretty} {time}|${utcText(iso)}>`;

/** A link. What would end it or its address early is escaped as URLs do. */
const slackLink = (url: string, text: string): string =>
  `<${new URL(url).href.replace(/[<>|&]/g, (one) => (one === '&' ? '&amp;' : encodeURIComponent(one)))}|${text}>`;

/** An announcement as the text of a message, in Slack's own markup. */
export function slackText(announcement: Announcement): string {
  const { who, why, details, until, link, open, callEveryone, event } = announcement;
  const links = [link && slackLink(link, 'Open on the web'), open && slackLink(open, 'Open in Signalbox')];
  const said = [
    who === null ? null : `By ${slackEscaped(who)}`,
    until === null ? null : `until ${slackTime(until)}`,
  ].filter((part) => part !== null);
  return [
    `${callEveryone && event === 'freeze-set' ? '<!channel> ' : ''}*${slackEscaped(headline(announcement))}*`,
    said.join(', '),
    why === null || why.trim() === '' ? '' : `Why: ${slackEscaped(why)}`,
    ...details.slice(0, mostDetails).map(slackEscaped),
    links.filter((one) => one).join(' · '),
  ]
    .filter((line) => line !== '')
    .join('\n');
}
