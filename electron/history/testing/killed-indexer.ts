/**
 * For tests: indexes a repo in a process of its own and says how far it is, so that it can be killed at any point.
 * `tsx killed-indexer.ts <repo> <index file>`
 */
import { openHistory } from '../open-history';

const [repo = '', indexFile = ''] = process.argv.slice(2);
const history = openHistory({ repo, branch: 'main', indexFile });
history.onStatus((status) => process.stdout.write(`${JSON.stringify(status)}\n`));
await history.update();
await history.close();
