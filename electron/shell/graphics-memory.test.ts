import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { graphicsMemory } from './graphics-memory';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'signalbox-graphics-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const now = Date.parse('2026-03-01T12:00:00Z');
const hour = 60 * 60_000;

test('a graphics card that could not be used is not tried again for a day, by the same Electron', () => {
  const memory = graphicsMemory(folder, '45.4.1');
  expect(memory.isUnusable(now)).toBe(false);
  memory.keepUnusable(now);
  expect(memory.isUnusable(now + 23 * hour)).toBe(true);
  expect(memory.isUnusable(now + 25 * hour)).toBe(false);
  // A clock that was set back must not keep it for ever.
  expect(memory.isUnusable(now - hour)).toBe(false);
  expect(graphicsMemory(folder, '46.0.0').isUnusable(now)).toBe(false);
});

test('a damaged note, or a folder that is gone, counts as none', async () => {
  for (const text of ['', '{', 'null', '{"electron":"45.4.1","at":"yesterday"}', '[]']) {
    await writeFile(path.join(folder, 'graphics.json'), text);
    expect(graphicsMemory(folder, '45.4.1').isUnusable(now)).toBe(false);
  }
  const nowhere = graphicsMemory(path.join(folder, 'gone'), '45.4.1');
  nowhere.keepUnusable(now);
  expect(nowhere.isUnusable(now)).toBe(false);
});
