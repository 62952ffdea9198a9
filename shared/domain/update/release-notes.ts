import { visibleText } from '../text/visible-text';

/** Characters of release notes that are shown at most. */
export const longestNotes = 8_000;
/** More is not even looked at. */
const mostRead = 200_000;

const entities: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: ' ',
};

/**
 * Release notes as bounded plain text. GitHub's feed brings them as HTML (electron-updater 6.8, `GitHubProvider`,
 * `computeReleaseNotes`: the content of the Atom entry), a generic server as whatever stands in its list. Nothing of it
 * is ever shown as HTML: its tags are taken out, its lists and paragraphs become lines.
 * @param notes of one version, or of several; what is neither is nothing.
 */
export function releaseNotesText(notes: unknown): string | null {
  const said = Array.isArray(notes)
    ? notes.slice(0, 50).map((one: unknown) => {
        const { version, note } = (typeof one === 'object' && one ? one : {}) as Record<string, unknown>;
        return typeof note === 'string' ? `${typeof version === 'string' ? `${version}\n` : ''}${note}` : '';
      })
    : [typeof notes === 'string' ? notes : ''];
  const text = plain(said.join('\n\n').slice(0, mostRead));
  if (text === '') return null;
  return text.length <= longestNotes ? text : `${text.slice(0, longestNotes - 2).trimEnd()} …`;
}

function plain(html: string): string {
  const lines = html
    .replace(/\r\n?/g, '\n')
    .replace(/<(script|style)\b[^>]*>.*?(?:<\/\1\s*>|$)/gis, '')
    .replace(/<li\b[^>]*>\s*/gi, '\n• ')
    .replace(/<(?:br|\/p|\/div|\/h[1-6]|\/ul|\/ol|\/pre|\/tr)\b[^>]*>/gi, '\n')
    .replace(/<[/!]?[a-z][^>]*(?:>|$)/gi, '')
    .replace(/<!--.*?(?:-->|$)/gs, '')
    .replace(/&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|(amp|lt|gt|quot|apos|nbsp));/gi, (all, decimal, hex, name) => {
      if (name) return entities[String(name).toLowerCase()] ?? all;
      const code = Number.parseInt(decimal ?? hex, decimal ? 10 : 16);
      return code <= 0x10ffff ? String.fromCodePoint(code) : all;
    });
  return visibleText(lines)
    .split('\n')
    .map((line) => line.trim())
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim();
}
