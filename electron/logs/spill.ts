import { closeSync, mkdirSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/** A line as it is kept: the cluster's stamp, and the text with its colours. */
export type SavedLine = readonly [at: string | null, text: string];

export interface SpillLimits {
  /** Bytes on disk. */
  bytes: number;
  /** Lines and characters of a page; whichever comes first. */
  pageLines: number;
  pageCharacters: number;
  /** Bytes of one file: what is let go at once. */
  segmentBytes: number;
  /** Characters that are kept in memory when the disk takes no more. */
  memoryCharacters: number;
}

const usual: SpillLimits = {
  bytes: 1024 ** 3,
  pageLines: 1000,
  pageCharacters: 256 * 1024,
  segmentBytes: 32 * 1024 ** 2,
  memoryCharacters: 32 * 1024 ** 2,
};

interface Segment {
  file: string;
  fd: number;
  bytes: number;
}

/** Consecutive lines, in a file or, while the disk is full, in memory. */
interface Page {
  first: number;
  count: number;
  place: { segment: Segment; offset: number; bytes: number } | { lines: SavedLine[]; characters: number };
}

const decodedPages = 24;

/** Stands in the place of a line whose file was damaged. */
const lostLine: SavedLine = [null, '(this line can’t be read back from the disk)'];

const isSavedLine = (line: unknown): line is SavedLine =>
  Array.isArray(line) &&
  line.length === 2 &&
  (line[0] === null || typeof line[0] === 'string') &&
  typeof line[1] === 'string';

/** @returns `null` where the file does not hold what was written to it. */
function readPage(
  place: { segment: Segment; offset: number; bytes: number },
  count: number,
): SavedLine[] | null {
  const { segment, offset, bytes } = place;
  const buffer = Buffer.allocUnsafe(bytes);
  try {
    for (let done = 0; done < bytes; ) {
      const read = readSync(segment.fd, buffer, done, bytes - done, offset + done);
      if (read === 0) return null;
      done += read;
    }
    const lines: unknown = JSON.parse(buffer.toString('utf8'));
    return Array.isArray(lines) && lines.length === count && lines.every(isSavedLine) ? lines : null;
  } catch {
    // Lines of a file that cannot be read: the caller says that they are lost.
    return null;
  }
}

/**
 * Lines by the number of their arrival, on disk in pages; only the newest page and a few that were just read are in
 * memory. Bounded: beyond it the oldest file goes. Synchronous: it lives in a worker thread.
 */
export class Spill {
  readonly #folder: string;
  readonly #limits: SpillLimits;
  #pages: Page[] = [];
  readonly #segments: Segment[] = [];
  #segmentNumber = 0;
  #open: SavedLine[] = [];
  #openFirst = 0;
  #openCharacters = 0;
  #inMemory = 0;
  readonly #decoded = new Map<Page, SavedLine[]>();
  #problem: string | null = null;
  #lost = 0;

  /** @param folder is made here, and deleted by {@link close}; only this user can read it. */
  constructor(folder: string, limits: Partial<SpillLimits> = {}) {
    this.#folder = folder;
    this.#limits = { ...usual, ...limits };
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  }

  /** Number of the oldest line that is kept. */
  get first(): number {
    return this.#pages[0]?.first ?? this.#openFirst;
  }
  /** One past the newest. */
  get end(): number {
    return this.#openFirst + this.#open.length;
  }
  /** Bytes on disk. */
  get bytes(): number {
    return this.#segments.reduce((sum, { bytes }) => sum + bytes, 0);
  }
  /** Why lines are kept in memory only, `null` while the disk takes them. */
  get problem(): string | null {
    return this.#problem;
  }

  /** Lines that were kept and cannot be read back: something damaged their file. */
  get lost(): number {
    return this.#lost;
  }

  append(line: SavedLine): void {
    this.#open.push(line);
    this.#openCharacters += line[1].length + 40;
    if (this.#open.length >= this.#limits.pageLines || this.#openCharacters >= this.#limits.pageCharacters)
      this.#closePage();
  }

  /** `undefined` for a line that was let go or has not come. */
  line(number: number): SavedLine | undefined {
    if (number >= this.#openFirst) return this.#open[number - this.#openFirst];
    const page = this.#pageOf(number);
    return page && this.#read(page)[number - page.first];
  }

  /** The lines from one on, to the end of its page: reading on from `first + lines.length` reads everything once. */
  run(from: number): readonly SavedLine[] {
    if (from >= this.#openFirst) return this.#open.slice(from - this.#openFirst);
    const page = this.#pageOf(from);
    return page ? this.#read(page, false).slice(from - page.first) : [];
  }

  /** Lets go of the oldest lines, until at least the given one is the first. @returns the new first. */
  forget(before: number): number {
    while (this.#pages[0] && this.#pages[0].first + this.#pages[0].count <= before) this.#dropPage();
    return this.first;
  }

  close(): void {
    for (const { fd } of this.#segments) closeSync(fd);
    this.#segments.length = 0;
    this.#pages = [];
    this.#open = [];
    this.#decoded.clear();
    rmSync(this.#folder, { recursive: true, force: true, maxRetries: 3 });
  }

  #closePage(): void {
    const lines = this.#open;
    const first = this.#openFirst;
    this.#open = [];
    this.#openFirst = first + lines.length;
    const page: Page = { first, count: lines.length, place: this.#write(lines, this.#openCharacters) };
    this.#openCharacters = 0;
    this.#pages.push(page);
    // Newest pages are asked for most.
    this.#remember(page, lines);
    // A file goes with its last page.
    while (this.bytes > this.#limits.bytes && this.#segments.length > 1) this.#dropPage();
    while (this.#inMemory > this.#limits.memoryCharacters && this.#pages.length > 1) this.#dropPage();
  }

  #write(lines: SavedLine[], characters: number): Page['place'] {
    const bytes = Buffer.from(JSON.stringify(lines));
    try {
      let segment = this.#segments.at(-1);
      if (!segment || segment.bytes + bytes.length > this.#limits.segmentBytes) {
        const file = join(this.#folder, `${this.#segmentNumber}`);
        // Whoever cleans a disk may have taken the folder away.
        mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
        segment = { file, fd: openSync(file, 'wx+', 0o600), bytes: 0 };
        this.#segmentNumber += 1;
        this.#segments.push(segment);
      }
      const offset = segment.bytes;
      for (let done = 0; done < bytes.length; )
        done += writeSync(segment.fd, bytes, done, bytes.length - done, offset + done);
      segment.bytes += bytes.length;
      this.#problem = null;
      return { segment, offset, bytes: bytes.length };
    } catch (error) {
      this.#problem = (error as NodeJS.ErrnoException).code ?? String(error);
      this.#inMemory += characters;
      return { lines, characters };
    }
  }

  #dropPage(): void {
    const page = this.#pages.shift();
    if (!page) return;
    this.#decoded.delete(page);
    if ('lines' in page.place) {
      this.#inMemory -= page.place.characters;
      return;
    }
    const { segment } = page.place;
    const next = this.#pages.find(({ place }) => 'segment' in place)?.place;
    if (next && 'segment' in next && next.segment === segment) return;
    // The last file goes on being written to.
    if (segment === this.#segments.at(-1)) return;
    this.#segments.splice(this.#segments.indexOf(segment), 1);
    closeSync(segment.fd);
    rmSync(segment.file, { force: true });
  }

  #pageOf(number: number): Page | undefined {
    let low = 0;
    let high = this.#pages.length - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      const page = this.#pages[middle];
      if (!page || number < page.first) high = middle - 1;
      else if (number >= page.first + page.count) low = middle + 1;
      else return page;
    }
    return undefined;
  }

  #read(page: Page, remember = true): SavedLine[] {
    if ('lines' in page.place) return page.place.lines;
    const known = this.#decoded.get(page);
    if (known) return known;
    const lines = readPage(page.place, page.count);
    if (!lines) {
      this.#lost += page.count;
      page.place = { lines: Array.from({ length: page.count }, () => lostLine), characters: 0 };
      return page.place.lines;
    }
    if (remember) this.#remember(page, lines);
    return lines;
  }

  #remember(page: Page, lines: SavedLine[]): void {
    if ('lines' in page.place) return;
    this.#decoded.delete(page);
    this.#decoded.set(page, lines);
    if (this.#decoded.size <= decodedPages) return;
    const [oldest] = this.#decoded.keys();
    if (oldest) this.#decoded.delete(oldest);
  }
}
