import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ok, type Result } from '../../shared/domain/failure/failure';
import { imageTagLayout } from '../../shared/domain/ledger/layout';
import { visibleJson } from '../../shared/domain/text/visible-text';
import { ledgerTarget, readOnlyConfig } from './detect-estate';
import type { LedgerProblem } from './ledger';
import { readBoard } from './ledger-board';
import { openLedger } from './open-ledger';

/** What is printed. `automaticDeploys` and `promote` are `null` where the file does not say. */
export interface PrintedBoard {
  commit: string | null;
  environments: Record<
    string,
    Record<string, { version: string; automaticDeploys: boolean | null; promote: boolean | null }>
  >;
  problems: readonly LedgerProblem[];
}

/** Reads the board of any release repo: bare, work tree, `file://`, or a remote (its newest commit alone is fetched). */
export async function printableBoard(
  address: string,
): Promise<Result<{ board: PrintedBoard; notices: readonly string[] }>> {
  const target = await ledgerTarget(address);
  if (!target.ok) return target;
  const folder = await mkdtemp(join(tmpdir(), 'signalbox-board-'));
  try {
    const opened = await openLedger({
      ...readOnlyConfig(target.value, join(folder, 'mirror')),
      shallow: true,
    });
    if (!opened.ok) return opened;
    try {
      const snapshot = await opened.value.refresh();
      if (!snapshot.ok) return snapshot;
      const board = readBoard(snapshot.value, imageTagLayout(target.value.ledger.imageTagPath));
      const environments: PrintedBoard['environments'] = {};
      for (const [environment, apps] of board.environments)
        environments[environment] = Object.fromEntries(
          [...apps].map(([app, { imageTag, automaticDeploys, promote }]) => [
            app,
            { version: imageTag ?? '', automaticDeploys, promote },
          ]),
        );
      return ok({
        board: { commit: board.commit, environments, problems: board.problems },
        notices: opened.value.notices(),
      });
    } finally {
      await opened.value.close();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * The whole command: writes the board or the reason why there is none.
 * @returns the exit code.
 */
export async function printBoard(address: string): Promise<number> {
  const read = await printableBoard(address);
  if (read.ok) {
    for (const notice of read.value.notices) await write(process.stderr, `signalbox: ${notice}\n`);
    await write(process.stdout, `${visibleJson(read.value.board, 2)}\n`);
    return 0;
  }
  const { message, detail } = read.failure;
  const cause = detail?.split('\n').find((line) => /fatal|error/i.test(line));
  await write(process.stderr, `signalbox: ${message}${cause ? ` (${cause.trim()})` : ''}\n`);
  return 1;
}

const write = (stream: NodeJS.WriteStream, text: string): Promise<void> =>
  new Promise((resolve) => stream.write(text, () => resolve()));
