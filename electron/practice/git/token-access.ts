import { timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

/** Who a token belongs to and what it may do. */
export interface TokenHolder {
  login: string;
  /** Whether it may push and change refs; reading is always allowed. */
  write: boolean;
}

/** Token → holder. */
export type Tokens = Readonly<Record<string, TokenHolder>>;

/** `missing` and `bad` are answered by 401. */
export type Access = { holder: TokenHolder } | { holder: null; why: 'missing' | 'bad' };

/**
 * Who sends a request. Git sends the token as Basic password (any user name, or the token as user name, as GitHub
 * takes both); API clients send `Authorization: token …` or `Bearer …`.
 */
export function accessOf(headers: IncomingHttpHeaders, tokens: Tokens): Access {
  const header = headers.authorization;
  if (!header) return { holder: null, why: 'missing' };
  const [scheme = '', value = ''] = header.split(/\s+/, 2);
  let candidates: string[];
  switch (scheme.toLowerCase()) {
    case 'basic': {
      const text = Buffer.from(value, 'base64').toString('utf8');
      const colon = text.indexOf(':');
      candidates = colon < 0 ? [text] : [text.slice(colon + 1), text.slice(0, colon)];
      break;
    }
    case 'token':
    case 'bearer':
      candidates = [value];
      break;
    default:
      candidates = [];
  }
  for (const candidate of candidates) {
    for (const [token, holder] of Object.entries(tokens)) if (sameText(candidate, token)) return { holder };
  }
  return { holder: null, why: 'bad' };
}

function sameText(a: string, b: string): boolean {
  const left = Buffer.from(a);
  const right = Buffer.from(b);
  return left.length > 0 && left.length === right.length && timingSafeEqual(left, right);
}
