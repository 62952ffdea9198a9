import { inProject } from './project';
import { runCommand } from './say';
import { runToEnd } from './start';

/** `npm run test:cluster -- [options]`: the conformance suite, in a process of its own (see electron/conformance). */
export async function run(args: string[]): Promise<void> {
  await runCommand(() =>
    runToEnd(process.execPath, [
      '--import',
      import.meta.resolve('tsx'),
      inProject('electron', 'conformance', 'main.ts'),
      ...args,
    ]),
  );
}
