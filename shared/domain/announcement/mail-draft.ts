import { visibleText } from '../text/visible-text';

/** As much as mail programs take from such an address: Windows hands on 2,048 characters, and some cut. */
const longest = 2_000;

/** A mail that is to be written: plain text. */
export interface MailDraft {
  to: readonly string[];
  subject: string;
  body: string;
}

const oneLine = (text: string): string => visibleText(text).replace(/\s+/gu, ' ').trim();
/** Half a character can't be encoded. */
const encode = (text: string): string => encodeURIComponent(text.toWellFormed()).replaceAll("'", '%27');

/**
 * The address that opens a draft in the person's mail program (RFC 6068): everything in it is encoded, so that no text adds
 * a header (`cc`, `attach`) or an address. Lines end as that RFC wants it (`%0D%0A`). What is too long is cut at the end
 * of the body.
 */
export function mailtoUrl({ to, subject, body }: MailDraft): string {
  const addresses = to.map((one) => encode(one).replaceAll('%40', '@')).join(',');
  const head = `mailto:${addresses}?subject=${encode([...oneLine(subject)].slice(0, 200).join(''))}&body=`;
  let text = '';
  for (const letter of visibleText(body).replace(/\r\n?/g, '\n')) {
    const next = letter === '\n' ? '%0D%0A' : encode(letter);
    if (head.length + text.length + next.length > longest) break;
    text += next;
  }
  return head + text;
}
