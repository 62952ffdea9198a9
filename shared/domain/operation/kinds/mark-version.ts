import { z } from 'zod';
import { isImageTag } from '../../ledger/version';
import { name, reason, reasonNeeded } from '../asked';
import { declare, untilCommit } from '../declaration';
import { ofEstate } from '../subject';

const version = z.string().refine(isImageTag, { error: 'must be an image tag' });

/** Marks a version of an app bad: it is refused everywhere, alone and in bags. Nothing is deployed by it. */
export const markVersion = declare({
  intent: z.object({ kind: z.literal('mark-version'), app: name, version, reason: reasonNeeded }),
  subject: ofEstate,
  title: (intent) => `Mark ${intent.app} ${intent.version} bad`,
  short: { noun: 'Bad mark', doing: 'Marking bad' },
  meaning: 'It is refused in every environment. What runs stays as it is.',
  needsReason: () => true,
  steps: [{ routine: 'check-records' }, { routine: 'commit-records' }],
  pointOfNoReturn: untilCommit,
  commit: 'commit',
  begunBy: ['commit'],
});

/** Takes such a mark away. */
export const clearMark = declare({
  intent: z.object({ kind: z.literal('clear-mark'), app: name, version, reason: reason.optional() }),
  subject: ofEstate,
  title: (intent) => `Clear the bad mark on ${intent.app} ${intent.version}`,
  short: { noun: 'Clear mark', doing: 'Clearing the mark' },
  meaning: 'Nothing is deployed now.',
  steps: [{ routine: 'check-records' }, { routine: 'commit-records' }],
  pointOfNoReturn: untilCommit,
  commit: 'commit',
  begunBy: ['commit'],
});
