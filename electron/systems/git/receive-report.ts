import { takePackets } from './pkt-line';

/** What a server said to a push of one ref (gitprotocol-pack(5), "Report Status"). */
export type ReceiveReport =
  | { kind: 'done' }
  /** The ref was not moved, in the server's words. */
  | { kind: 'refused'; reason: string };

/**
 * Reads the answer of git-receive-pack while it comes, with or without side bands. The report is whole long before the
 * answer ends: the server still cleans up then.
 */
export class ReportReader {
  readonly #ref: string;
  #outer: Buffer = Buffer.alloc(0);
  #inner: Buffer = Buffer.alloc(0);
  #lines: string[] = [];
  #messages = '';

  constructor(ref: string) {
    this.#ref = ref;
  }

  /** What the server printed for a person. */
  get messages(): string {
    return this.#messages;
  }

  /** @returns the report once it is whole, `null` before. @throws {RangeError} when this is no answer of Git's. */
  take(chunk: Buffer): ReceiveReport | null {
    const outer = takePackets(Buffer.concat([this.#outer, chunk]));
    this.#outer = outer.rest;
    for (const packet of outer.packets) {
      if (packet.kind === 'flush') continue;
      const band = packet.content[0];
      const content = packet.content.subarray(1);
      if (band === 2) this.#messages = (this.#messages + content.toString('utf8')).slice(-4000);
      else if (band === 3) return { kind: 'refused', reason: content.toString('utf8').trim() };
      else if (band === 1) this.#inner = Buffer.concat([this.#inner, content]);
      else throw new RangeError('That is no side band.');
    }
    const inner = takePackets(this.#inner);
    this.#inner = inner.rest;
    for (const packet of inner.packets) {
      if (packet.kind === 'flush') return this.#report();
      this.#lines.push(packet.content.toString('utf8').trim());
    }
    return null;
  }

  #report(): ReceiveReport | null {
    const unpack = this.#lines.find((line) => line.startsWith('unpack '));
    if (unpack !== undefined && unpack !== 'unpack ok') return { kind: 'refused', reason: unpack };
    if (this.#lines.includes(`ok ${this.#ref}`)) return { kind: 'done' };
    const refusal = this.#lines.find((line) => line.startsWith(`ng ${this.#ref} `));
    return refusal ? { kind: 'refused', reason: refusal.slice(`ng ${this.#ref} `.length) } : null;
  }
}
