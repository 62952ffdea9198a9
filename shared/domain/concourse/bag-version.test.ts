import { describe, expect, it } from 'vitest';
import { bagNumber, bagServices } from './bag-version';

const names = { number: 'number', services: null };

describe('a bag', () => {
  it('has its number in a member of its own, or at the end of its tag', () => {
    expect(bagNumber({ number: '8', tag: 'bag-0009' }, names)).toBe(8);
    expect(bagNumber({ tag: 'bag-0041' }, names)).toBe(41);
    expect(bagNumber({ ref: 'v2-17' }, { ...names, number: 'ref' })).toBe(17);
    const numberless: Record<string, string>[] = [{}, { tag: 'latest' }, { number: '0' }];
    for (const none of numberless) expect(bagNumber(none, names)).toBeNull();
  });
  it('names its services’ versions by members, or as the estate file says', () => {
    const version = { number: '8', 'api-image': 'a8', 'admin-image': '', other: 'x' };
    const bag = { version, metadata: [{ name: 'document-download', value: 'd3' }] };
    expect(bagServices(bag, names)).toEqual({ api: 'a8' });
    const services = { api: 'api-image', documents: 'document-download', lost: 'nowhere' };
    expect(bagServices(bag, { ...names, services })).toEqual({ api: 'a8', documents: 'd3' });
  });
});
