/**
 * The entry of `--ledger <repo> --print json`: the board of a release repo on standard output, without window, cluster
 * or Electron. On failure one sentence on standard error, and exit code 1 (2 for a wrong use).
 */
import { parseArgs } from 'node:util';
import { printBoard } from './printable-board';

const { values } = parseArgs({
  options: { ledger: { type: 'string' }, print: { type: 'string' } },
  strict: false,
});
if (typeof values.ledger !== 'string' || values.ledger === '' || values.print !== 'json') {
  process.stderr.write('signalbox: use --ledger <path or URL> --print json\n');
  process.exitCode = 2;
} else process.exitCode = await printBoard(values.ledger);
