import { describe, expect, it } from 'vitest';
import { codeOwners } from './code-owners';
import answers from './testing/code-owners-oracle.json' with { type: 'json' };

describe('which files a pattern is about', () => {
  const { paths, matches } = answers as { paths: string[]; matches: Record<string, string[]> };
  it.each(Object.entries(matches))(
    '%s, as github.com/hmarr/codeowners 1.2.1 answers',
    (pattern, expected) => {
      expect(paths.filter((path) => codeOwners(`${pattern} @o\n`, [path]).length > 0)).toEqual(expected);
    },
  );
});

/** GitHub's own release repo of GOV.UK in August 2026 (alphagov/govuk-helm-charts, .github/CODEOWNERS), with other teams. */
const release = `# Anyone with write access can merge by default
*

/.github/ @example/platform
/charts/ @example/platform # with the image tags

/charts/app-config/values-integration.yaml
`;

describe('a CODEOWNERS file', () => {
  it.each([
    ['charts/app-config/image-tags/production/router', ['@example/platform']],
    ['charts/app-config/values-integration.yaml', []],
    ['README.md', []],
    ['.github/workflows/ci.yml', ['@example/platform']],
  ])('of a release repo: %s', (path, owners) => expect(codeOwners(release, [path])).toEqual(owners));

  it('goes by the last line that fits, with people, teams and addresses', () => {
    const text = '* @sam a.person@example.org\r\n*.js @example/front_end @kim-osei\r\n';
    expect(codeOwners(text, ['a.js'])).toEqual(['@example/front_end', '@kim-osei']);
    expect(codeOwners(text, ['a.rb'])).toEqual(['@sam', 'a.person@example.org']);
  });

  it.each([
    ['a negation', '!a.js @kim'],
    ['an escaped #', '\\#a.js @kim'],
    ['three stars', '*** @kim'],
    ['an owner that is none', '*.js @kim everybody'],
    ['an owner with a path', '*.js @../x'],
    ['an owner with a link', '*.js <https://x|@kim>'],
    ['no pattern', '# @kim'],
    ['a pattern without end', `${'a'.repeat(5_000)}.js @kim`],
    ['too many owners', `*.js ${'@kim '.repeat(101)}`],
  ])('skips a line with %s, and no other', (_, line) => {
    expect(codeOwners(`* @sam\n${line}\n`, ['a.js'])).toEqual(['@sam']);
  });

  it('takes brackets for letters, and a section of GitLab’s for a pattern that fits nothing here', () => {
    expect(codeOwners('* @sam\n[ab].js @kim\n', ['a.js'])).toEqual(['@sam']);
    expect(codeOwners('* @sam\n[Documentation]\ndocs/ @kim\n', ['docs/a'])).toEqual(['@kim']);
  });

  it('is not read where GitHub would not load it, or it is endless', () => {
    expect(codeOwners(`* @sam\n${'#'.repeat(3 * 1024 * 1024)}`, ['a'])).toEqual([]);
    expect(codeOwners('a @sam\n'.repeat(20_001), ['a'])).toEqual([]);
  });

  it('is read in steps that grow with its length alone, whatever it says', () => {
    const hostile = [`${'**/a/'.repeat(400)}b`, `${'*a'.repeat(1_500)}b`, `${'a/**/'.repeat(400)}x`];
    const text = hostile
      .map((pattern) => `${pattern} @kim\n`)
      .join('')
      .repeat(20);
    expect(codeOwners(`* @sam\n${text}`, [`${'a/'.repeat(60)}${'a'.repeat(120)}`])).toEqual(['@sam']);
  });
});

/** The examples of docs.github.com, "About code owners", "Example of a CODEOWNERS file". */
const example = `# This is a comment.
*       @global-owner1 @global-owner2
*.js    @js-owner #This is an inline comment.
*.go docs@example.com
*.txt @octo-org/octocats
/build/logs/ @doctocat
docs/* docs@example.com
apps/ @octocat
/docs/ @doctocat
/scripts/ @doctocat @octocat
**/logs @octocat
/apps2/ @octocat
/apps2/github
`;

describe('code owners', () => {
  it.each([
    ['README.md', ['@global-owner1', '@global-owner2']],
    ['lib/a.js', ['@js-owner']],
    ['a.go', ['docs@example.com']],
    ['a/b/c.txt', ['@octo-org/octocats']],
    ['build/logs', ['@octocat']],
    ['other/apps/x/y', ['@octocat']],
    ['docs/deep/er', ['@doctocat']],
    ['scripts/x.sh', ['@doctocat', '@octocat']],
    ['deeply/nested/logs/app', ['@octocat']],
    ['apps2/one', ['@octocat']],
    ['apps2/github', []],
    ['apps2/github/x', []],
  ])('of %s', (path, owners) => {
    expect(codeOwners(example, [path])).toEqual(owners);
  });

  it('fits docs/* to files of the folder alone, and a later pattern over an earlier one', () => {
    const text = 'docs/* @direct\n';
    expect(codeOwners(text, ['docs/a.md'])).toEqual(['@direct']);
    expect(codeOwners(text, ['docs/build/a.md'])).toEqual([]);
  });

  it('names each once, in the order of the paths', () => {
    const text = '/charts/ @org/team @kim @org/team\n/docs/ @sam\n';
    expect(codeOwners(text, ['docs/x', 'charts/a', 'charts/b'])).toEqual(['@sam', '@org/team', '@kim']);
  });

  it('looks up no more paths than a person reads', () => {
    const text = Array.from({ length: 150 }, (_, one) => `/db/${one}.rb @team-${one}`).join('\n');
    const paths = Array.from({ length: 150 }, (_, one) => `db/${one}.rb`);
    expect(codeOwners(text, paths)).toHaveLength(100);
  });

  it('ends with a pattern that is made to take long', () => {
    const text = `/${'*a'.repeat(200)} @x\n`;
    expect(codeOwners(text, [`${'a'.repeat(5_000)}b`])).toEqual([]);
  });
});
