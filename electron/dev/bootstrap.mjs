// What runs before anything is installed: plain JavaScript with nothing but Node's own modules. It checks the Node
// version, installs the packages when they are not what the lockfile says, and hands over to a command beside it:
//   node electron/dev/bootstrap.mjs <start|test|check|e2e|dev|bench|package|test-cluster|docs|sign-release> [arguments]
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const commands = [
  'start',
  'test',
  'check',
  'e2e',
  'dev',
  'bench',
  'package',
  'test-cluster',
  'docs',
  'sign-release',
];
const oldestNode = [20, 19];
const root = resolve(import.meta.dirname ?? '.', '..', '..');

function stop(...lines) {
  for (const line of lines) process.stderr.write(`signalbox: ${line}\n`);
  process.exit(1);
}

function checkNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const enough = major > oldestNode[0] || (major === oldestNode[0] && minor >= oldestNode[1]);
  if (enough) return;
  stop(
    `Node ${process.versions.node} is too old for Signalbox.`,
    `What to do: install Node ${oldestNode.join('.')} or newer (nodejs.org), then run the command again.`,
  );
}

/** The packages by place and version that a lockfile of npm names. */
const packagesOf = (lockfile) => JSON.parse(readFileSync(lockfile, 'utf8')).packages;

/**
 * Whether node_modules holds what the lockfile asks for. npm writes node_modules/.package-lock.json at the end of an
 * installation, so it is missing after one that was interrupted. Optional packages are left out: those of other
 * platforms are never there.
 */
function isInstalled() {
  const installedLockfile = join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(installedLockfile)) return false;
  const installed = packagesOf(installedLockfile);
  return Object.entries(packagesOf(join(root, 'package-lock.json'))).every(
    ([place, { version, optional }]) => place === '' || optional || installed[place]?.version === version,
  );
}

function installPackages() {
  if (isInstalled()) return;
  process.stderr.write('signalbox: installing packages\n');
  // stdout may carry JSON for another program, so npm's words go to stderr.
  const result = spawnSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: ['ignore', process.stderr, process.stderr],
    shell: process.platform === 'win32',
  });
  if (result.status !== 0) {
    stop(
      `npm ci failed (${result.error?.message ?? `exit code ${result.status}`}).`,
      'What to do: check that the npm registry can be reached (`npm ping`), then run the command again.',
    );
  }
}

checkNode();
const [command = '', ...rest] = process.argv.slice(2);
if (!commands.includes(command)) stop(`Unknown command "${command}"; there are ${commands.join(', ')}.`);
installPackages();

const { register } = await import('tsx/esm/api');
register();
const { run } = await import(`./${command}.ts`);
await run(rest);
