/**
 * Serves the repos of a folder over HTTP, directly and over a slow link, in a process of its own so that it does not
 * share a thread with what is measured. Prints its ports and ends with its input.
 */
import { startGitServer } from '../../practice/git/server';
import { writerToken } from './release-repo';
import { startSlowLink } from './slow-link';

const root = process.argv[2] ?? '';
const server = await startGitServer({ root, tokens: { [writerToken]: { login: 'robin', write: true } } });
const link = await startSlowLink(server, { roundTripMs: 40, bitsPerSecond: 10_000_000 });
process.stdout.write(`${JSON.stringify({ direct: server.port, slow: link.port })}\n`);
process.stdin.resume();
process.stdin.on('end', () => {
  link.close();
  void server.close();
});
