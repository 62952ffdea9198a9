import type { AutopilotDecision } from '../../../shared/domain/bags/view';

/** What an autopilot did or didn't do, in a few words; why stands beside it. */
export function decisionText({ about, outcome, environment, suite, bag }: AutopilotDecision): string {
  const where = environment === null ? '' : ` in ${environment}`;
  const what = {
    deploy: bag === null ? 'Deployment' : `Bag ${bag}`,
    pack: 'New bag',
    test: suite ?? 'Periodic tests',
    pipeline: 'Autopilot',
  }[about];
  switch (outcome) {
    case 'started':
      return { deploy: `${what} started${where}`, pack: 'Packing started', test: `${what} started${where}` }[
        about === 'pipeline' ? 'pack' : about
      ];
    case 'idle':
      return about === 'pack' ? 'Nothing to pack' : `Nothing to do${where}`;
    case 'waiting':
      return about === 'test'
        ? `${what} waiting${where}`
        : about === 'pack'
          ? 'Not packing'
          : `Waiting${where}`;
    case 'refused':
      return `${what} not started${where}`;
    case 'failed':
      return `${what} failed${where}`;
  }
}
