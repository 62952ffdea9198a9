import { expect, test } from 'vitest';
import { type BuildFacts, updateAbility } from './build-facts';
import { longestNotes, releaseNotesText } from './release-notes';
import { signedText } from './signed-text';

const whole: BuildFacts = {
  packaged: true,
  platform: 'linux',
  hasSource: true,
  hasKey: true,
  packageType: null,
  isAppImage: true,
  isWritable: true,
};

test.each<[string, Partial<BuildFacts>, boolean, RegExp | null]>([
  ['an AppImage', {}, true, null],
  ['macOS', { platform: 'darwin', isAppImage: false }, true, null],
  ['Windows', { platform: 'win32', isAppImage: false }, true, null],
  ['a checkout', { packaged: false }, false, /checkout/],
  ['a build that names no source', { hasSource: false }, false, /doesn’t know where/],
  ['a deb', { packageType: 'deb', isAppImage: false }, true, /deb package/],
  ['an rpm', { packageType: 'rpm', isAppImage: false }, true, /rpm package/],
  ['an unpacked folder', { isAppImage: false }, false, /unpacked folder/],
  ['an unsigned build', { hasKey: false }, true, /not signed/],
  ['a folder that is read-only', { isWritable: false }, true, /may not write/],
])('%s', (_name, facts, canLook, why) => {
  const { cannot, ...rest } = updateAbility({ ...whole, ...facts });
  expect(rest).toEqual({ canLook });
  if (why) expect(cannot).toMatch(why);
  else expect(cannot).toBeNull();
});

test.each<[unknown, string | null]>([
  [null, null],
  [undefined, null],
  ['', null],
  [' \n ', null],
  [42, null],
  [{ note: 'x' }, null],
  ['Plain, 1 < 2 & 3 > 2.', 'Plain, 1 < 2 & 3 > 2.'],
  [
    '<h2>What changed</h2>\n<ul>\n<li>One &amp; <b>two</b></li>\n<li>Three</li>\n</ul>',
    'What changed\n\n• One & two\n\n• Three',
  ],
  ['a<br>b<p>c</p>d', 'a\nbc\nd'],
  ['<script>alert(1)</script><img src=x onerror=alert(1)>seen', 'seen'],
  ['<script>never closed', null],
  ['&#60;b&#62;&#x3c;i&#x3e; &lt;u&gt; &#99999999; &#x110000;', '<b><i> <u> &#99999999; &#x110000;'],
  ['turned\u202e round\u0007', 'turned\\u202E round\\u0007'],
  ['x&#x202e;y', 'x\\u202Ey'],
  [
    [
      { version: '2.0.0', note: 'Two' },
      { version: '1.9.0', note: null },
      { version: '1.8.0', note: 'Eight' },
    ],
    '2.0.0\nTwo\n\n1.8.0\nEight',
  ],
])('release notes %#: %j', (notes, text) => {
  expect(releaseNotesText(notes)).toBe(text);
});

test.each(['x'.repeat(1_000_000), '<'.repeat(200_000), '<script>'.repeat(25_000), '<!--'.repeat(50_000)])(
  'release notes without an end are cut, soon (%#)',
  (notes) => {
    expect(releaseNotesText(notes)?.length ?? 0).toBeLessThanOrEqual(longestNotes);
  },
);

test('a signature is of the version and of every file, whatever their order', () => {
  const a = { url: 'a.AppImage', sha512: '1' };
  const b = { url: 'b.deb', sha512: '2' };
  const text = signedText({ version: '1.0.0', files: [a, b] });
  expect(signedText({ version: '1.0.0', files: [b, a] })).toBe(text);
  for (const other of [
    { version: '1.0.1', files: [a, b] },
    { version: '1.0.0', files: [a] },
    { version: '1.0.0', files: [a, { ...b, sha512: '3' }] },
    { version: '1.0.0', files: [{ ...a, url: 'c' }, b] },
    { version: '1.0.0', files: [{ url: 'a.AppImage","1', sha512: '' }, b] },
  ])
    expect(signedText(other)).not.toBe(text);
});
