/**
 * `npm start -- --drill [bags|routes] [--json]`: plays an incident on a fresh practice estate, in the real app and through
 * its window: of one app, with `bags` of the pipeline of bags, with `routes` by the rights of GOV.UK. Exits with 0 when everything went as it should. Needs a display: the start script provides one.
 */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { inProject } from '../project';
import { startApp } from '../running-app';
import { playBags } from './bags';
import { playIncident } from './incident';
import { createReport, type Figures } from './report';
import { playRoutes } from './routes';

/** How much faster than the wall the practice estate's time runs: a smoke test takes a second instead of twenty. */
const speed = 20;

const json = process.argv.includes('--json');
const report = createReport(json, (line) => process.stdout.write(`${line}\n`));
const shots = inProject('drill');
await rm(shots, { recursive: true, force: true });
await mkdir(shots, { recursive: true });
const userData = await mkdtemp(path.join(tmpdir(), 'signalbox-drill-'));
const routes = process.argv.includes('routes');
const rights = routes ? ['--practice-rights', 'govuk'] : [];
const app = await startApp(userData, ['--practice-speed', String(speed), ...rights]);
let figures: Figures = { clickToCommitMs: null };
try {
  const play = process.argv.includes('bags') ? playBags : playIncident;
  figures = routes
    ? await playRoutes(app.page, report, shots, userData)
    : await play(app.page, report, shots);
} catch (error) {
  report.failed(error);
  await app.page.screenshot({ path: path.join(shots, '99-failed.png') }).catch(() => undefined);
} finally {
  await app.close();
  await rm(userData, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
}
process.exitCode = report.end(figures);
