import { expect, it } from 'vitest';
import { failingTests, failingText } from './failing-tests';

it.each([
  [
    'pytest',
    [
      'tests/functional/test_inbound.py::test_shown FAILED [ 80%]',
      '=========== short test summary info ============',
      'FAILED tests/functional/test_inbound.py::test_shown[en] - RetryException: not yet',
      'ERROR tests/functional/test_admin.py::test_made',
      '============ 2 failed, 9 passed in 16.71s ============',
    ],
    ['tests/functional/test_inbound.py::test_shown[en]', 'tests/functional/test_admin.py::test_made'],
  ],
  [
    'Playwright',
    [
      '  ✓  1 [chromium] › tests/home.spec.js:4:3 › Home › opens (1.2s)',
      '  1) [chromium] › tests/search.spec.js:12:3 › Search › finds a page ─────────',
      '    Error: expect(locator).toBeVisible() failed',
      '  1 failed',
      '    [chromium] › tests/search.spec.js:12:3 › Search › finds a page ─────────',
    ],
    ['tests/search.spec.js:12:3 › Search › finds a page'],
  ],
  [
    'RSpec',
    ['rspec ./spec/a_spec.rb:7 # Search finds a page', '1 example, 1 failure'],
    ['Search finds a page'],
  ],
  ['Go', ['=== RUN   TestLock', '--- FAIL: TestLock (0.01s)', 'FAIL'], ['TestLock']],
  ['TAP', ['ok 1 - opens', 'not ok 2 - finds a page'], ['finds a page']],
  ['Jest', ['  ● Search › finds a page', '    expect(received)'], ['Search › finds a page']],
  ['nothing that is known', ['FAILED', 'Error: 1 failed', '[info] › done'], []],
])('finds the failed tests in the log of %s', (_, lines, names) => {
  expect(failingTests(lines)).toEqual(names);
});

it('names the first, and counts the others', () => {
  expect(failingText(['a'])).toBe('a');
  expect(failingText(['a', 'b', 'c'])).toBe('a and 2 more');
});
