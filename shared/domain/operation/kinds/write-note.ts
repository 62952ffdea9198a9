import { z } from 'zod';
import { noteAboutSchema, noteText } from '../../notes/note';
import { name, reason } from '../asked';
import { declare, untilCommit } from '../declaration';
import { ofEstate } from '../subject';

/** The note that is changed or removed, with its text as the person saw it. */
const seen = z.object({ note: name, before: z.string() });
/** `null`: the whole estate. */
const app = name.nullable();
const whose = (of: string | null): string => of ?? 'the estate';

/** Adds a note about an app or the estate, or changes one. */
export const writeNote = declare({
  intent: z.object({
    kind: z.literal('write-note'),
    app,
    /** The deployment whose reason it tells; left out: it is about deploying the app. */
    about: noteAboutSchema.optional(),
    text: noteText,
    /** `null`: a new one. */
    seen: seen.nullable(),
    reason: reason.optional(),
  }),
  subject: ofEstate,
  title: ({ about, app: of, seen: before }) =>
    `${before ? 'Change a' : 'Add a'} ${about ? `reason for a deployment of ${whose(of)} to ${about.environment}` : `note on ${whose(of)}`}`,
  short: { noun: 'Note', doing: 'Saving the note' },
  steps: [{ routine: 'check-records' }, { routine: 'commit-records' }],
  pointOfNoReturn: untilCommit,
  commit: 'commit',
  begunBy: ['commit'],
});

/** Removes a note. */
export const removeNote = declare({
  intent: z.object({ kind: z.literal('remove-note'), app, seen, reason: reason.optional() }),
  subject: ofEstate,
  title: (intent) => `Remove a note on ${whose(intent.app)}`,
  short: { noun: 'Remove note', doing: 'Removing the note' },
  steps: [{ routine: 'check-records' }, { routine: 'commit-records' }],
  pointOfNoReturn: untilCommit,
  commit: 'commit',
  begunBy: ['commit'],
});
