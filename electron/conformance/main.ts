/** `npm run test:cluster -- [options]`: the adapters against any cluster. See `options.ts`, or `--help`. */
import { setMaxListeners } from 'node:events';
import { failureOf } from '../../shared/domain/failure/failure-of';
import { type ConformanceOptions, parseOptions, usage } from './options';
import { cases, type Outcome, runCase } from './suite';
import { type OpenBench, openBench } from './test-ground';

const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

function tell(options: ConformanceOptions, { name, result, text, ms }: Outcome): void {
  if (options.json) {
    say(JSON.stringify({ name, result, text, ms }));
    return;
  }
  const mark = { passed: '✓', failed: '✗', skipped: '-' }[result];
  say(`${mark} ${name}${result === 'skipped' ? ` (skipped: ${text})` : ` (${ms} ms)`}`);
  if (result === 'failed') say(text.replace(/^/gm, '    '));
}

async function run(options: ConformanceOptions): Promise<number> {
  const interrupted = new AbortController();
  setMaxListeners(0, interrupted.signal);
  const interrupt = (): void => {
    process.stderr.write('signalbox: interrupted; taking away what was made (again to leave it)\n');
    interrupted.abort(new Error('interrupted'));
    process.once('SIGINT', () => process.exit(130));
  };
  process.once('SIGINT', interrupt);
  process.once('SIGTERM', interrupt);
  const chosen = cases.filter(({ name }) => options.grep === undefined || name.includes(options.grep));
  let open: OpenBench;
  try {
    open = await openBench(options, interrupted.signal);
  } catch (error) {
    const { message, meaning } = failureOf(error);
    process.stderr.write(`signalbox: ${message} ${meaning}\n`);
    return 2;
  }
  const outcomes: Outcome[] = [];
  try {
    for (const one of chosen) {
      const outcome = await runCase(one, open);
      outcomes.push(outcome);
      tell(options, outcome);
    }
  } catch (error) {
    if (!interrupted.signal.aborted) throw error;
  } finally {
    for (const left of await open.close()) process.stderr.write(`signalbox: left behind: ${left}\n`);
  }
  const count = (result: Outcome['result']): number => outcomes.filter((one) => one.result === result).length;
  const [passed, failed, skipped] = [count('passed'), count('failed'), count('skipped')];
  if (options.json) say(JSON.stringify({ passed, failed, skipped }));
  else say(`${passed} passed, ${failed} failed, ${skipped} skipped`);
  if (interrupted.signal.aborted) return 130;
  return failed > 0 || passed === 0 ? 1 : 0;
}

if (process.argv.includes('--help')) say(usage);
else
  try {
    process.exitCode = await run(parseOptions(process.argv.slice(2)));
  } catch (error) {
    process.stderr.write(
      `signalbox: ${error instanceof Error ? error.message : String(error)}\n\n${usage}\n`,
    );
    process.exitCode = 2;
  }
