/**
 * `npm run bench -- bags [--bags 1000] [--seconds 6] [--json]`: the bag timeline in the real window, with so many bags,
 * each deployed to three environments. Figures: the time until the timeline is there; frames while it is scrolled from
 * end to end, while arrows walk it, and while the table is scrolled. Ratios are against the same window at rest.
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Page } from 'playwright';
import { stringify } from 'yaml';
import { passTag } from '../../shared/domain/bags/deploying';
import { put, recordFiles } from '../../shared/domain/records/record-change';
import { buildApp } from '../dev/build';
import { withDisplay } from '../dev/display';
import { ensureElectron } from '../dev/electron-runtime';
import { type RunningApp, startApp } from '../dev/running-app';
import { commitFiles, tagFile, tagPath } from '../ledger/testing/release-repo';
import { initBare } from '../systems/git/init';
import { allowNames, type Frames, frameTimes, showFrames } from './frame-times';

const { values } = parseArgs({
  options: {
    bags: { type: 'string', default: '1000' },
    seconds: { type: 'string', default: '6' },
    json: { type: 'boolean', default: false },
  },
});
const bags = Number(values.bags);
const milliseconds = Number(values.seconds) * 1000;
const pipeline = 'bench';
const environments = ['preview', 'staging', 'production'];
const services = ['admin', 'api', 'antivirus', 'celery', 'download', 'templates'];

/** Every bag packed, deployed and passed in each environment; now and then one that failed or is marked bad. */
function records(): Record<string, string> {
  const files: Record<string, string> = {};
  const begun = Date.now() - bags * 3_600_000;
  for (let bag = 1; bag <= bags; bag += 1) {
    const at = new Date(begun + bag * 3_500_000).toISOString();
    const made = { by: 'Ada Morrow', at, operation: `op-${bag}` };
    const version = (index: number): string => `v${Math.floor((bag + index) / services.length) + 1}`;
    const contents = Object.fromEntries(services.map((name, index) => [name, { version: version(index) }]));
    const all = [
      put('bag', {
        pipeline,
        bag,
        ...made,
        commit: 'c',
        source: 'published',
        reason: 'A new image appeared.',
        services: contents,
      }),
    ];
    for (const [place, environment] of environments.entries()) {
      const failed = (bag + place * 3) % 17 === 0;
      const where = { pipeline, environment, bag, ...made };
      all.push(
        put('deployment', {
          ...where,
          cause: 'automatic',
          reason: '',
          token: bag,
          state: failed ? 'abandoned' : 'done',
          since: at,
          replaced: bag > 1 ? bag - 1 : null,
          leftRunning: [],
          tagged: true,
          tests: { smoke: failed ? 'failed' : 'passed' },
          failure: failed ? 'smoke: failed.' : null,
        }),
      );
      if (!failed) all.push(put('pass', { ...where, tag: passTag(environment, at) }));
      if (failed && bag % 2 === 0) all.push(put('bad-bag', { ...where, reason: 'It failed.' }));
    }
    const written = recordFiles(all, () => null);
    if (written.ok) for (const [path, text] of written.value) if (text !== null) files[path] = text;
  }
  for (const environment of environments)
    for (const service of services) files[tagPath(environment, service)] = tagFile('v1');
  return files;
}

/** Frames while an element is scrolled to its other end, in equal steps by frame. */
async function scrolling(page: Page, selector: string, side: 'scrollLeft' | 'scrollTop'): Promise<Frames> {
  const measured = frameTimes(page, milliseconds);
  await page.evaluate(
    ({ chosen, along, span }) => {
      const element = [...document.querySelectorAll<HTMLElement>(chosen)].find(
        (one) => one.scrollWidth > one.clientWidth + 200 || one.scrollHeight > one.clientHeight + 200,
      );
      if (!element) throw new Error(`nothing scrolls in ${chosen}`);
      const from = element[along];
      const end = along === 'scrollLeft' ? element.scrollWidth : element.scrollHeight;
      const to = from > end / 2 ? 0 : end;
      const begun = performance.now();
      const step = (now: number): void => {
        element[along] = from + (to - from) * Math.min(1, (now - begun) / span);
        if (now - begun < span) requestAnimationFrame(step);
      };
      requestAnimationFrame(step);
    },
    { chosen: selector, along: side, span: milliseconds },
  );
  return measured;
}

/** Frames while a key is held down, as a keyboard repeats it. */
async function walking(page: Page, key: string): Promise<Frames & { steps: number }> {
  let over = false;
  const measured = frameTimes(page, milliseconds).finally(() => {
    over = true;
  });
  let steps = 0;
  for (; !over; steps += 1) await page.keyboard.press(key, { delay: 15 });
  return { ...(await measured), steps };
}

async function measure({ page }: RunningApp) {
  const goTo = (hash: string): Promise<void> =>
    page.evaluate((address) => {
      location.hash = address;
    }, hash);
  await allowNames(page);
  await page.getByRole('link', { name: 'Bags' }).waitFor({ timeout: 120_000 });
  const address = `#/pipelines/${pipeline}?view=timeline`;
  const begun = performance.now();
  await goTo(address);
  const grid = page.getByRole('grid', { name: 'Bags and environments' });
  await grid.getByRole('gridcell').first().waitFor({ timeout: 120_000 });
  const firstMs = Math.round(performance.now() - begun);
  await goTo('#/settings');
  await grid.waitFor({ state: 'detached' });
  const rest = await frameTimes(page, 3_000);
  const again = performance.now();
  await goTo(address);
  await grid.getByRole('gridcell').first().waitFor();
  const openMs = Math.round(performance.now() - again);
  const scroll = await scrolling(page, '[role="grid"], :has(> [role="grid"])', 'scrollLeft');
  await goTo(`${address}&bag=${Math.ceil(bags / 2)}&environment=${environments[1]}`);
  await grid.locator('[tabindex="0"]').focus();
  const { steps, ...walk } = await walking(page, 'ArrowLeft');
  await goTo(`${address}&as=table`);
  await page.getByRole('table').first().waitFor();
  const table = await scrolling(page, ':has(> table)', 'scrollTop');
  const ratio = (one: Frames): number => Math.round((one.p95 / rest.p95) * 10) / 10;
  return {
    bags,
    environments: environments.length,
    firstMs,
    openMs,
    steps,
    frames: { rest, scroll, walk, table },
    p95ToRest: { scroll: ratio(scroll), walk: ratio(walk), table: ratio(table) },
    machine: `${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, Node ${process.version}`,
  };
}

const folder = await mkdtemp(join(tmpdir(), 'signalbox-bench-bags-'));
try {
  await ensureElectron();
  await buildApp();
  const gitDir = join(folder, 'release.git');
  await mkdir(gitDir, { recursive: true });
  await initBare(gitDir, 'main');
  await commitFiles(gitDir, records());
  const estate = join(folder, 'signalbox.yaml');
  const stage = { deploy: [{ kind: 'image-tags' }], tests: [], autopilot: false };
  await writeFile(
    estate,
    stringify({
      name: 'Bench',
      ledger: { url: gitDir, branch: 'main', landing: 'push' },
      environments: environments.map((name) => ({ name })),
      pipelines: [
        {
          name: pipeline,
          kind: 'bags',
          environments,
          services,
          stages: Object.fromEntries(environments.map((name) => [name, stage])),
        },
      ],
    }),
  );
  const figures = await withDisplay(async ({ DISPLAY }) => {
    if (DISPLAY) process.env.DISPLAY = DISPLAY;
    const app = await startApp(join(folder, 'user-data'), ['--estate', estate]);
    try {
      return await measure(app);
    } finally {
      await app.close();
    }
  });
  if (values.json) process.stdout.write(`${JSON.stringify(figures, null, 1)}\n`);
  else
    process.stdout.write(
      [
        figures.machine,
        `${bags} bags × ${environments.length} environments: the timeline is there after ${figures.firstMs} ms at first, ${figures.openMs} ms again`,
        `Frames (walked ${figures.steps} bags by arrows):`,
        ...Object.entries(figures.frames).map(([name, one]) => showFrames(name, one)),
        `p95 against the window at rest: scrolling ${figures.p95ToRest.scroll}, walking ${figures.p95ToRest.walk}, table ${figures.p95ToRest.table}`,
        '',
      ].join('\n'),
    );
} finally {
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
}
