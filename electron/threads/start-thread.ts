import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type ResourceLimits, Worker } from 'node:worker_threads';

/**
 * Where vitest finds the threads built for its run (testing/global-setup.ts): compiling a thread's sources at each start
 * took most of the time of a test that opens an estate. In the built app and under tsx this is `undefined`.
 */
const builtForTests: string | undefined = import.meta.env?.SIGNALBOX_TEST_PROGRAMS;

/**
 * Starts a worker thread. Its built file lies beside the bundle of whoever starts it; from source (tsx) the TypeScript
 * itself is started: a worker thread of Node 20 does not take over its parent's loaders, so it registers tsx by itself.
 * @param from the starting module's `import.meta.dirname`; `source` and `built` are files in it, or
 * absolute.
 */
export function startThread(options: {
  name: string;
  from: string;
  source: string;
  built: string;
  workerData?: unknown;
  resourceLimits?: ResourceLimits;
}): Worker {
  const { name, workerData, resourceLimits = {} } = options;
  const built = [options.from, ...(builtForTests ? [builtForTests] : [])]
    .map((folder) => resolve(folder, options.built))
    .find((file) => existsSync(file));
  if (built) return new Worker(built, { workerData, name, resourceLimits });
  const tsx = pathToFileURL(
    join(dirname(createRequire(import.meta.url).resolve('tsx/package.json')), 'dist/esm/api/index.mjs'),
  ).href;
  const source = pathToFileURL(join(options.from, options.source)).href;
  const code = `import(${JSON.stringify(tsx)}).then(({ register }) => { register(); return import(${JSON.stringify(source)}); });`;
  return new Worker(code, { eval: true, workerData, name, resourceLimits, execArgv: [] });
}
