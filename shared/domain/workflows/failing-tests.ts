/**
 * How test runners name a test that failed, one line each, without colours. Sources: pytest's short test summary,
 * Playwright's list of failures, RSpec's and Cucumber's commands to run one again, Go's `go test`, the Test Anything
 * Protocol, Jest.
 */
const patterns: readonly RegExp[] = [
  /^(?:FAILED|ERROR) (\S+::.+?)(?: - .*)?$/,
  /^\s*(?:\d+\) )?\[[^\]]+\] › (\S+\.[cm]?[jt]sx?:.+?)[ ─]*$/,
  /^(?:rspec|cucumber) \S+ # (.+)$/,
  /^\s*--- FAIL: (\S+)/,
  /^not ok \d+ (?:- )?(.+)$/,
  /^\s*● (.+ › .+)$/,
];

/** Characters of a line that are looked at: a container says what it likes, and patterns take the square of that. */
const longest = 500;

/** The tests that a test run's log names as failed, in its order, each once. @param lines without colours. */
export function failingTests(lines: readonly string[]): string[] {
  const found = lines.flatMap((whole) => {
    const line = whole.slice(0, longest);
    for (const pattern of patterns) {
      const name = pattern.exec(line)?.[1]?.trim();
      if (name) return [name];
    }
    return [];
  });
  return [...new Set(found)];
}

/** Failed tests in words: the first by name. @param names at least one. */
export const failingText = ([first = '', ...others]: readonly string[]): string =>
  `${first}${others.length === 0 ? '' : ` and ${others.length} more`}`;
