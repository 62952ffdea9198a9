import { expect, it } from 'vitest';
import { leadsToLoopback } from './loopback';

it.each([
  ['http://localhost:8001', true],
  ['http://127.0.0.1:8001/api', true],
  ['http://127.9.9.9', true],
  ['http://[::1]:8001', true],
  ['http://0x7f.1', true],
  ['http://localhost.example.org', false],
  ['http://127.0.0.1.example.org', false],
  ['http://10.0.0.1', false],
])('%s: %s', (url, expected) => expect(leadsToLoopback(url)).toBe(expected));
