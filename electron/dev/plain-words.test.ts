import { describe, expect, it } from 'vitest';
import { readSources } from './layers';

/**
 * Phrases that the product no longer says, from the list of sentences to mend and their brothers (the glossary: release
 * repo, action, history, hold, saved, abandoned, permission, unreachable). In comments they may stand.
 */
const oldPhrases = [
  /\banew\b/,
  /\bgiven up\b/i,
  /\bout of reach\b/,
  /Nothing asks for/,
  /\bin spite of\b/,
  /\b(?:was|were|be) let go\b/,
  /could not be got\b/,
  /\ball the same\b/,
  /\bis waited for\b/,
  /\bkeeps? (?:them )?off\b(?!\s*:)/,
  /Nothing speaks against/,
  /\bThe way of\b/,
  /\bIts? way through\b/i,
  /\bmoved while you looked\b/,
  /Look again and decide/,
  /\bfault of its own\b/,
  /\bTake up\b|\btake up\b/,
  /\bHave Argo CD\b/,
  /'Nudge\b|"Nudge\b|`Nudge\b/,
  /\bwhat it saw\b/i,
  /\bis still to end\b|\bare still to end\b/,
  /\bdoes not come up there\b/,
  /\bno such pattern\b/,
  /\band graver\b/,
  /\bApp (?:went|appeared)\b/,
  /\bnot said\b/,
  /\bonly at the (?:left|right)\b/,
  /\bMigrations lie between\b/,
  /\bTakes back\b/,
  /\bgets no pass\b/,
  /\bQuit all the same\b/,
  /\bNo (?:app|event|workflow|operation) fits\b/,
  /\blive to users\b/,
  /'Promotion (?:on|off)'/,
  /\bkubeconfig (?:that the estate file )?names\b/,
  /\bestate file names (?:this|a|another)\b/,
  /\bNothing fits\b/,
  /\bNothing differs\b/,
  /\bon the ledger\b|\bThe ledger\b/,
  /\bType a reason\b/,
];

const isProduct = (file: string): boolean =>
  /^(?:shared|renderer|electron)\//.test(file) &&
  !/\.test\.tsx?$|\/(?:testing|dev|bench|conformance)\/|^electron\/practice\//.test(file);

/** The source without its comments, line for line: what is left is code and what the product says. */
const withoutComments = (text: string): string =>
  text
    .replace(/\/\*[\s\S]*?\*\//g, (comment) => comment.replace(/[^\n]/g, ''))
    .replace(/(^|\s)\/\/.*$/gm, '$1');

/** `file:line: phrase` for each old phrase that stands outside of comments. */
function oldPhrasesIn(file: string, text: string): string[] {
  return withoutComments(text)
    .split('\n')
    .flatMap((line, index) =>
      oldPhrases.flatMap((phrase) => {
        const found = phrase.exec(line);
        return found ? [`${file}:${index + 1}: ${found[0]}`] : [];
      }),
    );
}

describe('what the product says', () => {
  it('has none of the old phrases', () => {
    const sources = [...readSources()].filter(([file]) => isProduct(file));
    expect(sources.length).toBeGreaterThan(300);
    expect(sources.flatMap(([file, text]) => oldPhrasesIn(file, text))).toEqual([]);
  });

  it('is found on the line where it stands, and not in comments', () => {
    const text =
      "/* the ledger\n anew */\n// anew\nsay('Fetch it anew.'); // anew\nsay('https://x.example');";
    expect(oldPhrasesIn('shared/a.ts', text)).toEqual(['shared/a.ts:4: anew']);
  });
});
