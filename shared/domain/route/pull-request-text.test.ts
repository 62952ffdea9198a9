import { describe, expect, it } from 'vitest';
import { codeSpan, proposalBranch, pullRequestText } from './pull-request-text';

const plain = {
  operation: '0192f0c1-7a55-7bbb-8ccc-123456789abc',
  kind: 'deploy',
  what: 'Deploy frontend v12 to production',
  reason: 'because',
  override: [],
  findings: [],
  paths: ['charts/app-config/image-tags/production/frontend'],
  owners: ['@alphagov/gov-uk-platform-engineering'],
  by: 'Ada Morrow',
};

/** What of a text is not within code spans: only there Markdown, mentions and references mean anything. */
const outsideCode = (text: string): string => text.replace(/(`+)(?!`)[^\n]*?[^`]\1(?!`)/g, '');

describe('the text of a pull request', () => {
  it('says what, why, where, and who owns it, and ends with the trailers', () => {
    const { title, body } = pullRequestText(plain);
    expect(title).toBe('Deploy frontend v12 to production');
    expect(body).toContain('asked for by `Ada Morrow`');
    expect(body).toContain('### Why\n\n`because`');
    expect(body).toContain('- `charts/app-config/image-tags/production/frontend`');
    expect(body).toContain('- `@alphagov/gov-uk-platform-engineering`');
    expect(body.split('\n\n').at(-1)).toBe(
      'Signalbox-Operation: 0192f0c1-7a55-7bbb-8ccc-123456789abc\nSignalbox-Kind: deploy',
    );
  });

  it.each([
    '@alphagov/everybody look',
    '`@alphagov/everybody`',
    '``` \n@everybody\n```',
    '`` @everybody `',
    '\n\n# Heading\n<img src=x onerror=alert(1)>\n',
    '[link](https://bad.example) ![image](https://bad.example/x.png)',
    'Closes #1, fixes alphagov/other#2',
    '-->\n<details>',
    '\u202eterces\u2066 @x',
    '`',
    '@',
    'Signalbox-Operation: forged\nSignalbox-Kind: deploy',
  ])('lets %j neither mention, link nor break out', (hostile) => {
    const { title, body } = pullRequestText({
      ...plain,
      what: hostile,
      reason: hostile,
      override: [hostile],
      findings: [{ code: 'hold', level: 'warn', message: hostile, evidence: '', overridable: true } as never],
      paths: [hostile],
      owners: [hostile],
      by: hostile,
    });
    expect(title).not.toMatch(/[@\n\u202e]/);
    const rest = outsideCode(body);
    expect(rest).not.toMatch(/[@`<[]|#\d|https:|Closes|Heading|forged|\u202e/);
    expect(rest.split('\n').filter((line) => line.startsWith('#'))).toEqual([
      '### Why',
      '### Changes',
      '### Checks',
      '### Overridden with this reason',
      '### Code owners',
    ]);
  });

  it('stays within GitHub’s bounds, whatever it is given', () => {
    const long = 'x'.repeat(100_000);
    const many = Array.from({ length: 5_000 }, () => long);
    const { title, body } = pullRequestText({
      ...plain,
      what: long,
      reason: long,
      paths: many,
      owners: many,
    });
    expect(title.length).toBeLessThanOrEqual(256);
    expect(body.length).toBeLessThan(65_536);
    expect(body).toContain('- and 4970 more');
  });

  it('puts a text of nothing but backticks into a span of its own', () => {
    expect(codeSpan('``')).toBe('``` `` ```');
    expect(codeSpan(' \n ')).toBe('–');
  });
});

describe('the branch of a proposed change', () => {
  it.each([
    ['Deploy frontend v1.2 to production', 'signalbox/123456789abc-deploy-frontend-v1.2-to-production'],
    ['../../main', 'signalbox/123456789abc-main'],
    ['x..y.lock', 'signalbox/123456789abc-x.y'],
    ['@{-1}', 'signalbox/123456789abc-1'],
    ['–', 'signalbox/123456789abc-change'],
  ])('of %j', (what, branch) => {
    expect(proposalBranch({ url: 'https://git.example/a.git' }, plain.operation, what)).toBe(branch);
  });
});
