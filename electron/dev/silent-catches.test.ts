import { expect, it } from 'vitest';
import { silentCatches } from './silent-catches';

const linesOf = (source: string, file = 'electron/engine/a.ts'): number[] =>
  silentCatches(new Map([[file, source]])).map(({ line }) => line);

it.each([
  ['try { a(); } catch {}', [1]],
  ['try { a(); } catch { b = null; }', [1]],
  ['a().catch(() => {});', [1]],
  ['a().catch(() => undefined);', [1]],
  ['const b = a()\n  .then(c)\n  .catch(() => null);', [3]],
  ['void a();', [1]],
  ['void a().then(b);', [1]],
])('a dropped error without a reason is found: %s', (source, lines) => {
  expect(linesOf(source)).toEqual(lines);
});

it.each([
  'try { a(); } catch {\n  // It is gone for us either way.\n}',
  '// Its failure is told as freshness.\na().catch(() => {});',
  'a().catch(() => {}); // its failure is told',
  'try { a(); } catch { throw new Error("no JSON"); }',
  'try { a(); } catch (error) { log("warn", "x.y", { error }); }',
  'a().catch((error) => log("warn", "x.y", { error }));',
  '// It never rejects.\nvoid a();',
  'inBackground(log, "x.y", a());',
])('one with a reason, or that logs, is left alone: %s', (source) => {
  expect(linesOf(source)).toEqual([]);
});

it('tests, and what the window lets go, are left alone', () => {
  expect(linesOf('a().catch(() => {});', 'electron/engine/a.test.ts')).toEqual([]);
  expect(linesOf('void navigate();', 'renderer/screens/a.tsx')).toEqual([]);
});
