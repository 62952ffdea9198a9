import type { diagnosticsProcedures } from '../../shared/contract/diagnostics';
import type { Answers } from './answers';
import { hoursAgo, live } from './dev-board';

export const devDiagnostics: Answers<typeof diagnosticsProcedures> = {
  'diagnostics.get': () => ({
    takenAt: hoursAgo(0),
    app: { version: '0.1.0', runtime: 'Electron 45', node: '24', platform: 'linux x64' },
    estate: {
      name: 'Practice estate of the harbour',
      mode: 'practice' as const,
      environments: 3,
      apps: 14,
      pipelines: 2,
    },
    connections: [{ name: 'Release repo', freshness: live() }],
    ways: [
      {
        name: 'Argo CD in production',
        text: 'through its own server; The Kubernetes API shows nothing: You don’t have permission to do this.',
      },
    ],
    history: { state: 'up to date', beginning: null, failure: null },
    operations: [],
    files: { parts: [{ name: 'Copy of the release repo', bytes: 12_345_678 }], free: null },
    notices: [],
    faults: [{ event: 'ledger.not-fetched', level: 'warn' as const, count: 2, lastAt: hoursAgo(1) }],
  }),
  'diagnostics.save': () => ({ saved: null }),
};
