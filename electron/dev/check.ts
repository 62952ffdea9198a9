import { checkLayers, readSources } from './layers';
import { runCommand } from './say';
import { silentCatches } from './silent-catches';
import { oneFailed, onePassed, programStage, runStages, type Stage, summary, tell } from './stage';

const layers: Stage = {
  name: 'layers',
  run: async () => {
    const sources = readSources();
    const violations = [...checkLayers(sources), ...silentCatches(sources)];
    for (const { file, line, message } of violations) tell(`${file}:${line}: ${message}`);
    if (sources.size === 0) tell('there are no sources to check');
    return violations.length === 0 && sources.size > 0 ? onePassed : oneFailed;
  },
};

/** What can be said of the code without running it. */
export const staticChecks: readonly Stage[] = [
  programStage('types', 'tsc', ['--noEmit', '-p', '.']),
  programStage('lint', 'biome', ['check', '--error-on-warnings', '.']),
  layers,
  programStage('dead code', 'knip', []),
];

/** `npm run check`: types, lint, layers and dead code; a few seconds. */
export async function run(): Promise<void> {
  await runCommand(async () => {
    const result = await runStages(staticChecks);
    tell(summary(result));
    return result.failed > 0 ? 1 : 0;
  });
}
