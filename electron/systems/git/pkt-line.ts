/** Git's pkt-line framing (gitprotocol-common(5)): four hexadecimal digits of length, then that many bytes less four. */

/** One packet with a text or bytes. */
export function pkt(content: string | Uint8Array): Buffer {
  const bytes = typeof content === 'string' ? Buffer.from(content, 'utf8') : content;
  return Buffer.concat([Buffer.from((bytes.length + 4).toString(16).padStart(4, '0'), 'latin1'), bytes]);
}

export const flushPkt = Buffer.from('0000', 'latin1');
export const delimiterPkt = Buffer.from('0001', 'latin1');

/** A packet that came in; `flush` also stands for the other packets without content. */
export type Packet = { kind: 'data'; content: Buffer } | { kind: 'flush' };

/** Cuts whole packets off the front of what came so far. @throws {RangeError} where no packet can begin so. */
export function takePackets(bytes: Buffer): { packets: Packet[]; rest: Buffer } {
  const packets: Packet[] = [];
  let at = 0;
  while (at + 4 <= bytes.length) {
    const digits = bytes.toString('latin1', at, at + 4);
    if (!/^[0-9a-f]{4}$/i.test(digits)) throw new RangeError('That is no pkt-line.');
    const length = Number.parseInt(digits, 16);
    if (length < 4) {
      packets.push({ kind: 'flush' });
      at += 4;
      continue;
    }
    if (at + length > bytes.length) break;
    packets.push({ kind: 'data', content: bytes.subarray(at + 4, at + length) });
    at += length;
  }
  return { packets, rest: bytes.subarray(at) };
}
