/**
 * Characters that look like nothing although Unicode counts them among letters and symbols: the Hangul fillers, and the empty
 * pattern of Braille (UnicodeData.txt: `Lo` and `So`; the fillers are `Default_Ignorable_Code_Point`).
 */
const lookEmpty = /[\p{Default_Ignorable_Code_Point}\u2800]/gu;

/** Whether a text has a letter, a digit or a sign that people can see: neither spaces nor control characters alone. */
export const saysSomething = (text: string): boolean =>
  /[\p{L}\p{N}\p{P}\p{S}]/u.test(text.replace(lookEmpty, ''));
