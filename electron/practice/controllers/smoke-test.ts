import type { Program } from './container-programs';

const journeys = [
  'homepage loads and has no console errors',
  'search returns results for a common term',
  'a guide can be read in both languages',
  'a transaction start page links to its service',
  'breadcrumbs lead back to the taxon',
  'the cookie banner can be dismissed',
  'assets are served with long cache lifetimes',
  'an unknown path answers 404 with the error page',
  'a redirect keeps its query string',
  'the API answers content items as JSON',
  'a draft is not served to the public',
  'feedback can be sent from the footer',
];

/**
 * The smoke tests of one app: about twenty seconds, with the log of a Playwright run (its `list` reporter).
 * @param attempt 1-based attempt of the workflow's Retry node.
 * @returns a program that ends with 0, or with 1 and the failing journey's report.
 */
export function smokeTest(options: {
  application: string;
  environment: string;
  version: string;
  attempt: number;
  outcome: () => 'pass' | 'fail';
}): Program {
  return async ({ log, wait }) => {
    const { application, environment, version, attempt } = options;
    const spec = `tests/${application}.spec.js`;
    const started = journeys.length;
    log(`> playwright test --grep @app-${application} (${environment}, ${version}, attempt ${attempt})`);
    log('');
    log(`Running ${started} tests using 2 workers`);
    log('');
    const failing = options.outcome() === 'fail' ? journeys.length - 4 : -1;
    const pause = 19 / journeys.length;
    for (const [i, journey] of journeys.entries()) {
      await wait(pause);
      const ms = 600 + ((i * 397 + application.length * 131) % 1900);
      const took = ms < 1000 ? `${ms}ms` : `${(ms / 1000).toFixed(1)}s`;
      const mark = i === failing ? '\u001b[31m✘\u001b[39m' : '\u001b[32m✓\u001b[39m';
      log(`  ${mark}  ${i + 1} [chromium] › ${spec}:${12 + i * 9}:3 › ${application} › ${journey} (${took})`);
    }
    log('');
    if (failing < 0) {
      log(`  \u001b[32m${started} passed\u001b[39m (19.${application.length % 10}s)`);
      return 0;
    }
    const line = 12 + failing * 9;
    const title = `[chromium] › ${spec}:${line}:3 › ${application} › ${journeys[failing]}`;
    for (const text of [
      `  1) ${title}`,
      '',
      '    Error: expect(received).toBe(expected) // Object.is equality',
      '',
      '    Expected: 200',
      '    Received: 503',
      '',
      `    > ${line + 2} |   expect(response.status()).toBe(200);`,
      '         |                             ^',
      `        at ${spec}:${line + 2}:31`,
      '',
      '  \u001b[31m1 failed\u001b[39m',
      `    ${title}`,
      `  \u001b[32m${started - 1} passed\u001b[39m (19.${application.length % 10}s)`,
    ]) {
      log(text);
    }
    return 1;
  };
}
