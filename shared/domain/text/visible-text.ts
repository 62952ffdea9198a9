/**
 * What changes how a text is shown without being seen itself, or does not belong into text at all: control characters,
 * those that turn the direction of writing (CVE-2021-42574, "Trojan Source"), of no width or no look (Unicode's
 * Default_Ignorable_Code_Point, tag characters among them), separators of lines that are no line feed, and halves of
 * surrogate pairs. Tab and line feed stay, and a carriage return before one.
 */
const hidden =
  /(?!\t|\n|\r\n|[\u0600-\u0605\u06dd\u070f\u0890\u0891\u08e2])[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\ufff9-\uffff]/u;

/**
 * The hidden characters that writing needs, where it needs them (Unicode 16, UTS #51 for emoji; core specification, 23.2
 * for joiners): they stay. In order: the flags of England, Scotland and Wales; one variation selector after what it
 * varies; a joiner between emoji; a joiner or non-joiner after a letter of a script that knows them; the variation
 * selectors of Mongolian; U+FFFC and U+FFFD, which are seen.
 */
const needed = new RegExp(
  [
    String.raw`\u{1f3f4}\u{e0067}\u{e0062}(?:\u{e0065}\u{e006e}\u{e0067}|\u{e0073}\u{e0063}\u{e0074}|\u{e0077}\u{e006c}\u{e0073})\u{e007f}`,
    String.raw`[\p{Emoji}\p{Extended_Pictographic}\p{S}][\ufe0e\ufe0f](?:\u200d(?=\p{Extended_Pictographic}))?`,
    String.raw`\p{Script=Han}[\ufe00-\ufe0f\u{e0100}-\u{e01ef}]`,
    String.raw`[\p{Extended_Pictographic}\p{Emoji_Modifier}]\u200d(?=\p{Extended_Pictographic})`,
    String.raw`[\p{Script=Arabic}\p{Script=Syriac}\p{Script=Mongolian}\p{Script=Deva}\p{Script=Beng}\p{Script=Guru}\p{Script=Gujr}\p{Script=Orya}\p{Script=Taml}\p{Script=Telu}\p{Script=Knda}\p{Script=Mlym}\p{Script=Sinh}\p{Script=Khmer}\p{Script=Mymr}](?:(?!\p{Default_Ignorable_Code_Point})\p{M}){0,4}[\u200c\u200d]`,
    String.raw`\p{Script=Mongolian}[\u180b-\u180f]`,
    String.raw`[\ufffc\ufffd]`,
  ].join('|'),
  'u',
);

const every = new RegExp(`(${needed.source})|${hidden.source}`, 'gu');

/** The colours of a log's line (ECMA-48, SGR): steers nothing but the look of what follows. */
const colour = String.raw`\u001b\[[0-9;:]*m`;
const everyButColours = new RegExp(`(${colour}|${needed.source})|${hidden.source}`, 'gu');
/** Most texts hold nothing but these: they are looked at once and given back as they are. */
const harmless =
  /^[\t\n\x20-\x7e\u00a1-\u00ac\u00ae-\u02ff\u0370-\u05ff\u2010-\u2027\u2030-\u205e\u2070-\u2fff\u3001-\u3163]*$/;

const escaped = (character: string): string => {
  const code = character.codePointAt(0) ?? 0;
  const digits = code.toString(16).toUpperCase();
  return code > 0xffff ? `\\u{${digits}}` : `\\u${digits.padStart(4, '0')}`;
};

/**
 * A text from outside as it may be shown, copied or exported: every hidden character is written out (`\u202E`), so that
 * it looks like what it is. Letters of every script stay, and so do emoji. Doing it twice changes nothing more.
 * @param options.colours leaves the colours of a log's line in.
 */
export function visibleText(text: string, options: { colours?: boolean } = {}): string {
  if (harmless.test(text)) return text;
  return text.replace(options.colours ? everyButColours : every, (found, kept: string | undefined) =>
    kept === undefined ? escaped(found) : kept,
  );
}

/** A value as JSON that shows what it holds: hidden characters as JSON's own escapes, so that nothing is lost. */
export const visibleJson = (value: unknown, indent?: number): string =>
  JSON.stringify(value, null, indent).replace(/[^\n\x20-\x7e]+/g, (text) =>
    // Unit by unit where something is hidden: JSON knows escapes of four digits alone.
    visibleText(text).replace(/\\u\{([0-9A-F]+)\}/g, (_, digits: string) =>
      Array.from(
        String.fromCodePoint(Number.parseInt(digits, 16)).split(''),
        (unit) => `\\u${unit.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`,
      ).join(''),
    ),
  );
