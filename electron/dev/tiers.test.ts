import { relative } from 'node:path';
import { execa } from 'execa';
import { expect, it } from 'vitest';
import { projectRoot } from './project';

it('every file of tests belongs to one tier, and by its name to the one that it says', async () => {
  const run = (program: string, args: string[]) =>
    execa(program, args, { cwd: projectRoot, preferLocal: true, env: { NO_COLOR: '1' } });
  const listed = await run('vitest', ['list', '--filesOnly', '--json']);
  const { stdout } = await run('git', [
    'ls-files',
    '-co',
    '--exclude-standard',
    '--',
    '*.test.ts',
    '*.test.tsx',
  ]);
  const tierOf = (file: string): string => {
    if (file.endsWith('.walk.test.ts')) return 'walks';
    if (file.startsWith('electron/')) return 'integration';
    return file.endsWith('.tsx') ? 'window' : 'unit';
  };
  const ran = (JSON.parse(listed.stdout) as { file: string; projectName: string }[]).map(
    ({ file, projectName }) => `${projectName}: ${relative(projectRoot, file)}`,
  );
  expect(ran.sort()).toEqual(
    stdout
      .split('\n')
      .map((file) => `${tierOf(file)}: ${file}`)
      .sort(),
  );
});
