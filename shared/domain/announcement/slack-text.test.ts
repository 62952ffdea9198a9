import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Announcement, announcementEvents } from './announcement';
import { slackEscaped, slackText } from './slack-text';

const announcement: Announcement = {
  id: 'operation 1 ended',
  thread: 'operation 1',
  event: 'deploy-done',
  at: '2026-03-01T10:00:00.000Z',
  who: 'Ada Marsh',
  what: 'router v12',
  pipeline: null,
  environments: ['production'],
  apps: ['router'],
  version: 'v12',
  why: null,
  details: [],
  until: null,
  link: null,
  callEveryone: false,
};

/** All that Slack parses begins with `<` (docs.slack.dev, "Formatting message text"). */
const markup = (text: string): string[] => text.match(/<[^>]*>?/g) ?? [];

describe('a message for Slack', () => {
  it('says what happened, who did it and why', () => {
    expect(slackText({ ...announcement, why: 'fixes 500s' })).toBe(
      '*Deployed router v12 to production*\nBy Ada Marsh\nWhy: fixes 500s',
    );
  });

  it.each([
    ['<!channel>', '&lt;!channel&gt;'],
    ['<!here|here> & <@U0123456>', '&lt;!here|here&gt; &amp; &lt;@U0123456&gt;'],
    ['&lt;!channel&gt;', '&amp;lt;!channel&amp;gt;'],
    ['<https://evil.example|Open>', '&lt;https://evil.example|Open&gt;'],
    ['hello @channel', 'hello @\u2060channel'],
    ['two\nlines\r\n\tand more', 'two lines and more'],
    ['\u202Eevil', '\\u202Eevil'],
  ])('takes %j for text', (text, escaped) => {
    expect(slackEscaped(text)).toBe(escaped);
  });

  it('never calls anybody by a text from elsewhere, whatever it holds', () => {
    const piece = fc.oneof(
      fc.constantFrom(
        '<!channel>',
        '<!here>',
        '<@U12345678>',
        '<!subteam^S1>',
        '&lt;',
        '@everyone',
        '|',
        '>',
        '\n',
      ),
      fc.string(),
    );
    const text = fc.array(piece, { maxLength: 8 }).map((all) => all.join(''));
    fc.assert(
      fc.property(text, text, text, text, (who, what, why, detail) => {
        const said = slackText({ ...announcement, who, what, why, details: [detail], environments: [who] });
        expect(markup(said)).toEqual([]);
        expect(said).not.toMatch(/@(?:channel|here|everyone)/i);
      }),
    );
  });

  it('calls everyone only where a freeze was ticked so', () => {
    const freeze: Announcement = {
      ...announcement,
      event: 'freeze-set',
      what: 'production',
      environments: [],
    };
    expect(slackText({ ...freeze, callEveryone: true })).toMatch(/^<!channel> \*Freeze: production\*/);
    expect(markup(slackText(freeze))).toEqual([]);
    for (const event of announcementEvents.filter((one) => one !== 'freeze-set'))
      expect(markup(slackText({ ...announcement, event, callEveryone: true }))).toEqual([]);
  });

  it('shows an end in each reader’s own time, and a link that nothing in its address ends early', () => {
    const until = '2026-03-02T09:00:00.000Z';
    expect(slackText({ ...announcement, event: 'freeze-set', until })).toContain(
      'until <!date^1772442000^{date_short_pretty} {time}|2026-03-02 09:00 UTC>',
    );
    const link = 'https://example.org/a?b=1&c=<!channel>|x';
    expect(slackText({ ...announcement, link })).toContain(
      '<https://example.org/a?b=1&amp;c=%3C!channel%3E%7Cx|Open on the web>',
    );
  });

  it('ends with the way to it on the web and in Signalbox', () => {
    const open = 'signalbox://app/router?environment=production';
    expect(slackText({ ...announcement, link: 'https://github.com/example/r/commit/1', open })).toMatch(
      /\n<https:\/\/github\.com\/example\/r\/commit\/1\|Open on the web> · <signalbox:\/\/app\/router\?environment=production\|Open in Signalbox>$/,
    );
    expect(slackText({ ...announcement, open })).toMatch(/\n<signalbox:[^>]*\|Open in Signalbox>$/);
  });

  it('stays short, whatever it is given', () => {
    const long = 'x'.repeat(2_000);
    const said = slackText({
      ...announcement,
      who: long,
      what: long,
      why: long,
      details: Array(20).fill(long),
    });
    expect(said.length).toBeLessThan(4_000);
  });
});
