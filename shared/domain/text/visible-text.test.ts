import { describe, expect, it } from 'vitest';
import { visibleText } from './visible-text';

describe('a text from outside', () => {
  it.each([
    ['a right-to-left override', 'v1\u202e2.1v', 'v1\\u202E2.1v'],
    [
      'the other turns of direction',
      '\u202a\u202b\u202c\u202d\u2066\u2067\u2068\u2069\u200e\u200f\u061c',
      '\\u202A\\u202B\\u202C\\u202D\\u2066\\u2067\\u2068\\u2069\\u200E\\u200F\\u061C',
    ],
    [
      'what has no width',
      'a\u200bb\u2060c\ufeffd\u00ade\u180ef',
      'a\\u200Bb\\u2060c\\uFEFFd\\u00ADe\\u180Ef',
    ],
    ['letters that are not seen', 'a\u3164b\u115fc\uffa0d\u034fe', 'a\\u3164b\\u115Fc\\uFFA0d\\u034Fe'],
    ['joiners between Latin letters', 'ad\u200dmin ad\u200cmin', 'ad\\u200Dmin ad\\u200Cmin'],
    [
      'controls',
      'a\u0000b\u0007c\u001b[31md\u007fe\u0085f\u009bg',
      'a\\u0000b\\u0007c\\u001B[31md\\u007Fe\\u0085f\\u009Bg',
    ],
    ['other ends of lines', 'a\u2028b\u2029c\rd', 'a\\u2028b\\u2029c\\u000Dd'],
    ['tags', 'ok\u{e0041}\u{e0042}\u{e007f}', 'ok\\u{E0041}\\u{E0042}\\u{E007F}'],
    [
      'tags behind a flag that is none',
      '\u{1f3f4}\u{e0073}\u{e0065}\u{e0063}\u{e007f}',
      '\u{1f3f4}\\u{E0073}\\u{E0065}\\u{E0063}\\u{E007F}',
    ],
    ['variation selectors that vary nothing', 'a\ufe0fb\u{e0100}\u{e0101}', 'a\\uFE0Fb\\u{E0100}\\u{E0101}'],
    ['what hides between a letter and its joiner', 'क\ufe0f\u200d', 'क\\uFE0F\\u200D'],
    ['halves of pairs', 'a\ud800b\udc00', 'a\\uD800b\\uDC00'],
    ['what is no character', 'a\ufff9b\ufffec\uffff', 'a\\uFFF9b\\uFFFEc\\uFFFF'],
  ])('has %s written out', (_, text, shown) => {
    expect(visibleText(text)).toBe(shown);
    expect(visibleText(shown)).toBe(shown);
  });

  it.each([
    ['plain', 'Deploy publishing-api v1694 to production\n\n\tReason: “500s”\r\nmore'],
    ['accents', 'Zoë Ünsal Ångström naïve e\u0301'],
    ['Hebrew and Arabic', 'פריסה של גרסה 1694 نشر الإصدار ١٦٩٤'],
    ['Persian with its non-joiner', 'می\u200cخواهم'],
    ['Devanagari and Malayalam with joiners', 'क्\u200dष ന്\u200d'],
    ['Sinhala', 'ශ්\u200dරී'],
    ['a family', '👨\u200d👩\u200d👧\u200d👦'],
    ['a rainbow flag, a heart, a keycap', '🏳\ufe0f\u200d🌈 ❤\ufe0f 1\ufe0f\u20e3'],
    ['a profession with a skin tone', '👩🏽\u200d🚀'],
    ['the flag of Scotland', '🏴\u{e0067}\u{e0062}\u{e0073}\u{e0063}\u{e0074}\u{e007f}'],
    ['Han with a variant', '葛\u{e0100}飾区 山田太郎'],
    ['a replacement character', 'a\ufffdb'],
    ['Thai, Korean, Greek, Cyrillic', 'สวัสดี 안녕하세요 Γειά привет'],
  ])('stays as it is: %s', (_, text) => {
    expect(visibleText(text)).toBe(text);
  });

  it('keeps its colours where they are asked for, and nothing else of a terminal', () => {
    expect(visibleText('\u001b[31;1mred\u001b[0m \u001b[2J\u001b]0;t\u0007\u202e', { colours: true })).toBe(
      '\u001b[31;1mred\u001b[0m \\u001B[2J\\u001B]0;t\\u0007\\u202E',
    );
  });
});
