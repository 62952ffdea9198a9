/**
 * Every kind of file that Signalbox makes in its user-data folder, by its path below it, and the test that damages it.
 * A kind that is missing here fails the tests that list the folder of a used app.
 */
const userDataKinds: readonly { path: RegExp; damagedIn: string }[] = [
  { path: /^config\.json$/, damagedIn: 'shell/settings.test.ts' },
  { path: /^vault\.json$/, damagedIn: 'shell/settings.test.ts' },
  { path: /^\.updaterId$/, damagedIn: '../e2e/packaged.spec.ts' },
  { path: /^graphics\.json$/, damagedIn: 'shell/graphics-memory.test.ts' },
  { path: /^logs\/main(?:\.old)?\.log$/, damagedIn: 'session/own-folders.test.ts' },
  { path: /^connected\/[0-9a-f]{16}\.json$/, damagedIn: 'session/estates/connected.test.ts' },
  { path: /^forget-everything$/, damagedIn: 'shell/forget-everything.test.ts' },
  ...[
    {
      path: /(?:journal|observations|kept|concourse|history)\.sqlite(?:-wal|-shm)?/,
      damagedIn: 'session/damage.test.ts',
    },
    {
      path: /history-concourse\.sqlite(?:-wal|-shm|\.log)?/,
      damagedIn: 'session/concourse-damage.test.ts',
    },
    { path: /concourse-history\.git\/.+/, damagedIn: 'history/concourse-line.test.ts' },
    { path: /release-notes\.json/, damagedIn: 'session/release-notes.test.ts' },
    { path: /sources\.sqlite(?:-wal|-shm)?/, damagedIn: 'systems/github/source-memory.test.ts' },
    { path: /autopilot\.json/, damagedIn: 'session/damage.test.ts' },
    { path: /holidays\.json/, damagedIn: 'systems/holidays/holiday-list.test.ts' },
    // Git's answer on its way into the index; it goes with the reading.
    { path: /history\.sqlite\.log/, damagedIn: 'session/damage.test.ts' },
    { path: /logs\/.+/, damagedIn: 'logs/log-keeper.test.ts, session/own-folders.test.ts' },
    { path: /mirror\/.+/, damagedIn: 'ledger/damaged-mirror.test.ts, session/own-folders.test.ts' },
    { path: /sources\/[0-9a-f]{16}\/repo\.git\/.+/, damagedIn: 'session/own-folders.test.ts' },
  ].map(({ path, damagedIn }) => ({
    path: new RegExp(`^estates/[0-9a-f]{16}/(?:${path.source})$`),
    damagedIn,
  })),
  { path: /^companion\.(?:json|sock)$/, damagedIn: 'companion/socket.test.ts' },
  { path: /^practice\/.+/, damagedIn: 'practice/estate/damaged-practice.test.ts' },
];

/** Files that no test damages, of those that an app made (paths below its user-data folder). */
export const undamaged = (files: readonly string[]): string[] =>
  files.filter((file) => !userDataKinds.some(({ path }) => path.test(file)));
