import { describe, expect, it } from 'vitest';
import { codeOwners } from './code-owners';

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

  it('names each once, and takes nothing for an owner that is none', () => {
    const text = '/charts/ @org/team "quoted <b>" @org/team\n';
    expect(codeOwners(text, ['charts/a', 'charts/b'])).toEqual(['@org/team']);
  });

  it('ends with a pattern that is made to take long', () => {
    const text = `/${'*a'.repeat(200)} @x\n`;
    expect(codeOwners(text, [`${'a'.repeat(5_000)}b`])).toEqual([]);
  });
});
