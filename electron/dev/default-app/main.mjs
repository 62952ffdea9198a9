// Packed into the fallback Electron as resources/default_app.asar: what Electron runs when it was given no
// packaged app. It opens the folder (or file) named on the command line as the app, as Electron's own
// default app does. It awaits the app's main at the top level, because Electron holds back `ready` until then, and
// an app must register its schemes before that.
import { readFileSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { app } from 'electron';

const named = process.argv.slice(1).find((argument) => !argument.startsWith('-'));

function findApp(path) {
  if (!statSync(path).isDirectory()) return { folder: dirname(path), main: path, manifest: {} };
  const manifest = JSON.parse(readFileSync(resolve(path, 'package.json'), 'utf8'));
  return { folder: path, main: resolve(path, manifest.main ?? 'index.js'), manifest };
}

if (process.argv.includes('--version')) {
  console.log(`v${process.versions.electron}`);
  process.exit(0);
}
if (named === undefined) {
  console.error('Usage: electron <app folder or main file>');
  process.exit(2);
}

const { folder, main, manifest } = findApp(resolve(named));
Object.defineProperty(process, 'defaultApp', { value: true, enumerable: true });
app.setAppPath(folder);
if (manifest.productName ?? manifest.name) app.name = manifest.productName ?? manifest.name;
if (manifest.version) app.setVersion(manifest.version);
await import(pathToFileURL(main).href);
