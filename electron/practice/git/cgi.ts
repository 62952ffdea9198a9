/** The head of a CGI answer (RFC 3875, 6.2): status and header fields, and where the body begins. */
export interface CgiHead {
  status: number;
  headers: readonly (readonly [string, string])[];
  /** What followed the head in the same bytes. */
  rest: Buffer;
}

const longestHead = 64 * 1024;

/**
 * Reads the head of a CGI answer from what has come so far.
 * @returns `null` when more bytes are needed
 * @throws when no head ends within 64 KiB, or its status is no number
 */
export function parseCgiHead(bytes: Buffer): CgiHead | null {
  const crlf = bytes.indexOf('\r\n\r\n');
  const lf = bytes.indexOf('\n\n');
  const atCrlf = crlf >= 0 && (lf < 0 || crlf < lf);
  const end = atCrlf ? crlf : lf;
  if (end < 0) {
    if (bytes.length > longestHead) throw new Error('git http-backend sent no end of its head');
    return null;
  }
  let status = 200;
  const headers: [string, string][] = [];
  for (const line of bytes.subarray(0, end).toString('latin1').split(/\r?\n/)) {
    const colon = line.indexOf(':');
    if (colon <= 0) continue;
    const name = line.slice(0, colon).trim();
    const value = line.slice(colon + 1).trim();
    if (name.toLowerCase() === 'status') {
      status = Number.parseInt(value, 10);
      if (!(status >= 100 && status <= 599)) throw new Error(`git http-backend sent the status "${value}"`);
    } else headers.push([name, value]);
  }
  return { status, headers, rest: bytes.subarray(end + (atCrlf ? 4 : 2)) };
}
