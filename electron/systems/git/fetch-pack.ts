import { GitError } from './errors';
import { delimiterPkt, flushPkt, pkt, takePackets } from './pkt-line';
import { type GitOptions, runGit } from './run-git';

/** `fetch` of the protocol's version 2 (gitprotocol-v2(5)): one commit, by somebody who has another with all behind it. */
export const fetchRequest = (want: string, have: string): Buffer =>
  Buffer.concat([
    pkt('command=fetch\n'),
    pkt('agent=signalbox\n'),
    ...(want.length === 64 ? [pkt('object-format=sha256\n')] : []),
    delimiterPkt,
    pkt('thin-pack\n'),
    pkt('no-progress\n'),
    pkt('ofs-delta\n'),
    pkt(`want ${want}\n`),
    pkt(`have ${have}\n`),
    // Without it the server would first say which of the commits it has as well.
    pkt('done\n'),
    flushPkt,
  ]);

/** Reads the answer to {@link fetchRequest} while it comes. */
export class PackReader {
  #rest: Buffer = Buffer.alloc(0);
  #parts: Buffer[] | null = null;

  /** @returns the pack once it is whole, `null` before. @throws {RangeError} on an error of the server, and no answer of Git's. */
  take(chunk: Buffer): Buffer | null {
    const { packets, rest } = takePackets(Buffer.concat([this.#rest, chunk]));
    this.#rest = rest;
    for (const packet of packets) {
      if (packet.kind === 'flush') {
        if (this.#parts) return Buffer.concat(this.#parts);
        throw new RangeError('There is no pack in the answer.');
      }
      const { content } = packet;
      if (!this.#parts) {
        const section = content.toString('utf8').trim();
        if (section !== 'packfile') throw new RangeError(section.slice(0, 200));
        this.#parts = [];
        continue;
      }
      const band = content[0];
      if (band === 1) this.#parts.push(content.subarray(1));
      else if (band !== 2) throw new RangeError(content.toString('utf8', 1, 201));
    }
    return null;
  }
}

/** From as many objects on git keeps a pack as it is (git-config(1), fetch.unpackLimit); that is left to git's own fetch. */
const unpackLimit = 100;

/**
 * Puts a small pack's objects into a repo, as loose ones, when nothing that they lead to is missing there then.
 * @returns whether it did; not for what is no pack, a big one, a broken one, or an incomplete one.
 * @throws {GitError} `aborted`, `disk-full`, `git-missing`.
 */
export async function unpackSmall(
  pack: Buffer,
  options: Pick<GitOptions, 'signal'> & { gitDir: string },
): Promise<boolean> {
  // gitformat-pack(5): "PACK", the version, the number of objects.
  if (pack.toString('latin1', 0, 4) !== 'PACK' || pack.length < 12) return false;
  if (pack.readUInt32BE(8) >= unpackLimit) return false;
  try {
    await runGit(['unpack-objects', '-q', '--strict'], { ...options, input: pack });
    return true;
  } catch (error) {
    if (error instanceof GitError && ['aborted', 'disk-full', 'git-missing'].includes(error.kind))
      throw error;
    return false;
  }
}
