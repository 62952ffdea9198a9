import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FailureError } from '../../../shared/domain/failure/failure';
import { type ConnectedEstate, connectedEstates } from './connected';

let userData: string;
beforeEach(async () => {
  userData = await mkdtemp(path.join(tmpdir(), 'signalbox-connected-'));
});
afterEach(() => rm(userData, { recursive: true, force: true }));

const one: ConnectedEstate = { text: 'name: One\n', fromRepo: true, amendment: {} };
const other: ConnectedEstate = { text: 'name: Other\n', fromRepo: false, amendment: {} };
const at = (name: string): string => path.join(userData, 'connected', name);

const damages: Readonly<Record<string, (file: string) => Promise<unknown>>> = {
  truncated: async (file) => {
    const content = await readFile(file);
    await writeFile(file, content.subarray(0, Math.floor(content.length / 2)));
  },
  empty: (file) => writeFile(file, ''),
  random: (file) =>
    writeFile(file, Buffer.from(Array.from({ length: 5000 }, (_, index) => (index * 7919) % 251))),
  'of another shape': (file) => writeFile(file, '{"version":99,"estate":{}}'),
  'a folder': async (file) => {
    await rm(file);
    await mkdir(path.join(file, 'inner'), { recursive: true });
  },
};

describe.each(Object.keys(damages))('what was saved of an estate, which is now %s', (damage) => {
  beforeEach(async () => {
    connectedEstates(userData).set('one', one);
    connectedEstates(userData).set('other', other);
    await damages[damage]?.(at('one.json'));
  });

  it('is told as lost, and nothing else is lost', () => {
    const estates = connectedEstates(userData);
    const failure = failureOfGet(estates.get, 'one');
    expect(failure).toMatchObject({
      code: 'bad-data',
      message: 'What Signalbox saved of this estate can’t be read.',
      next: [{ do: 'advice', label: 'Connect to it again.' }],
    });
    expect(estates.get('other')).toEqual(other);
  });

  it('is set aside, not written over, when it is connected to again', async () => {
    const estates = connectedEstates(userData);
    const before = damage === 'a folder' ? null : await readFile(at('one.json'));
    estates.set('one', one);
    expect(estates.get('one')).toEqual(one);
    expect(estates.get('other')).toEqual(other);
    const names = await readdir(path.join(userData, 'connected'));
    const [aside = '', ...more] = names.filter((name) => name.startsWith('one.json.damaged-'));
    expect([aside, more]).toEqual([expect.stringMatching(/^one\.json\.damaged-/), []]);
    expect(before === null ? await readdir(at(aside)) : await readFile(at(aside))).toEqual(
      before ?? ['inner'],
    );
  });
});

it('one that is sound is written over, and leaves nothing beside it', async () => {
  const estates = connectedEstates(userData);
  estates.set('one', one);
  estates.set('one', other);
  expect(estates.get('one')).toEqual(other);
  expect(await readdir(path.join(userData, 'connected'))).toEqual(['one.json']);
});

it('one that is not there is told as that', () => {
  expect(failureOfGet(connectedEstates(userData).get, 'one').code).toBe('not-found');
});

it('a file in the place of the folder is set aside', async () => {
  await writeFile(path.join(userData, 'connected'), 'x');
  const estates = connectedEstates(userData);
  expect(failureOfGet(estates.get, 'one').message).toContain('can’t be read');
  estates.set('one', one);
  expect(estates.get('one')).toEqual(one);
  expect(await readdir(userData)).toEqual(['connected', expect.stringMatching(/^connected\.damaged-/)]);
});

function failureOfGet(get: (id: string) => ConnectedEstate, id: string) {
  try {
    get(id);
  } catch (error) {
    if (error instanceof FailureError) return error.failure;
    throw error;
  }
  throw new Error('It was read.');
}
