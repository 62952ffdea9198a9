import { type RecordKind, recordKinds } from '../../shared/domain/records/record-kinds';
import { recordVersion } from '../../shared/domain/records/record-version';
import { fieldsOf, fieldTable } from './schema-fields';

const intro = `# Records: what Signalbox keeps in the release repo

<!-- Made by \`npm run docs\` from the schemas in shared/domain/records/record-kinds.ts; a test compares. -->

\`.signalbox/\` in the release repo is a database that consoles of different versions share. It holds small YAML files, one for each thing, so that two people who change different things never conflict. Every change of a record is a commit, so the history of the repo is the history of the records. Times are ISO 8601 in UTC.

## The rules

**Version.** Every record begins with \`version: ${recordVersion}\`. This is the version of the record's form, and has nothing to do with the version of an app.

| the file says | it is read as |
| --- | --- |
| no \`version\`, or nothing or null behind it | version 1: the first records had none. The next change adds it |
| \`1\`, or \`"1"\` | version 1 |
| a whole number above 1, however large, also in quotes | written by a newer Signalbox |
| anything else: 0, a negative number, 1.5, a word, a list | a fault in the file: it cannot be read, and is not written until a person has corrected it |

**A record of a newer Signalbox** is read as far as it is known. It is never changed, deleted or written over: what would do so is refused with "was written by a newer Signalbox; update to change it", and nothing else of that operation is committed. Where a known field is missing or means something else by then, the record counts as unreadable. An app whose hold was written by a newer Signalbox can still be deployed and rolled back; its hold stays as it is.

**Keys that are not known** survive every change, at every level, with their values, their order and their comments. The file is changed in place: only the bytes of the values that change are touched. What is written in a form that cannot be changed so (an anchor on a value that changes, a key with a question mark) is refused, and nothing is lost.

**Words that are not known**, where a field takes one of a list, are read as *unknown*. Unknown is never taken for any of the others, above all not for a success, and the word stays in the file as long as nobody changes that field.

**What ends takes with it what belongs to it.** Keys and comments go with the thing that they stand in:
- Releasing a lock sets \`held\` to null: everything under \`held\` described that holder. What stands beside it stays.
- A deployment under a lock by hand ends: \`held.byHand\` becomes the holder again, and \`byHand\` goes.
- Unpinning, clearing a bad mark and releasing a hold delete the file with all that it says.
- A holder who is replaced (tests run again) is changed in place: unknown keys of \`held\` stay.

What ended can be read in the Git history of the file.

**A file that cannot be read** blocks what depends on it, and nothing else. A lock, a bag, a pass or a deployment must be corrected in the release repo. A pin, mark, switch or hold may be set again or taken away: then the file is written again or deleted, unless it names a newer version anywhere.

**One way in.** A transaction takes changes of records (\`shared/domain/records/record-change.ts\`) and carries them out on the snapshot that its commit lands on; files under \`.signalbox/\` that are no records are refused (\`electron/ledger/transaction.ts\`). So nothing can write there past these rules.

**Operations whose commit a bot makes** (through Argo Workflows, GitHub Actions, or a pull request that others merge) leave a record of who and why, since that commit can't carry our trailers. It is written before anything is started, without a commit, and completed once the commit was seen on the branch; after that it never claims another one. The files lie in a folder for each month, by the time in the operation's id, so that no folder grows without end; a console reads those of the last three months with every snapshot, and the history reads all. Who is believed is decided by [a rule](decisions/0014-who-did-it.md).

## Records apart

With \`ledger.records\` in the estate file, \`.signalbox/\` lies on a branch of its own, in the release repo or in another one, and the image tags stay where they are. Records always land there by a push that moves the branch from the commit that was seen, whatever the image tags need. So locks, pins, marks and bags work where the branch of the image tags is protected.

- **Setting up.** The branch is created after asking, under Settings → Records: an orphan with a copy of what there is, and with \`.signalbox/origin.yaml\`, which says up to which commit it was copied. Before that, the records beside the image tags count, and nothing that changes a record is done. Afterwards only the branch of records counts. Everybody needs an estate file that names the same place: a console without it sees none of these locks.
- **Moving over** copies what is new beside the image tags since (a console with the old estate file wrote it), and deletes what was copied there, where that may be done. It is safe to repeat. What ended at the branch of records does not come back. What both places changed is left alone and named. Records of operations that are older than three months are copied and stay beside the image tags, too.
- **What changes records alone** is one push to their branch; what changes image tags alone is one landing on theirs, and the records are looked at right before.
- **What changes both** (a hold, its release, a rollback, the image tags of a bag) is a pair: (1) the intent, \`.signalbox/pending/…\`, with the records that are to change; (2) the image tags, decided again if either branch moved; (3) the records, in the commit that takes the intent away. Whoever finds an intent looks for the operation's commit on the branch of the image tags: it is there, and the records are written; it is not, and the intent goes. The console that began does it when it starts again, one that wants to change the same records does it first, and every other console after ten minutes; until then it says that something is half done. The image tags are not pushed later than five minutes after the intent.
- **What that can't exclude**, and one commit can: somebody takes a lock, or unlocks by force, in the moment between the look at the records and the push of the image tags (one round trip). The deployment that lost its lock notices it with its next write, and stops; its image tags stay. Between (2) and (3) other consoles see the new image tags with the old records, and the intent. If a machine sleeps for more than five minutes in the middle of the very push of (2), and that push still arrives afterwards, the records of it are missing; the history of the image tags shows it.
- **When the repo of records can't be reached**, nothing is done, as when the release repo can't: what is locked is not known.
- **History.** Deployments come from the branch of the image tags, and who started them also from the records of operations on the branch of records. Events of other records (locks, holds, pins, marks, bags) that were made after records were set apart are not in the history screen: they are in the Git log of their branch.

## Adding

**Adding to the records.** A new key that older consoles may ignore needs no new version. A change that an older console must not overrule, or that gives a known key another meaning, needs one: raise \`recordVersion\`, keep reading what came before, and say so here.

To try more random records by hand: \`SIGNALBOX_RECORD_RUNS=2000 npx vitest run shared/domain/records/survival.test.ts\`.

## The files

Where a field that is *required* is missing, or says something else than its value may be, the file cannot be read.
`;

/** `docs/records.md`. */
export function recordsPage(): string {
  const parts = (Object.keys(recordKinds) as RecordKind[]).map((name) => {
    const { path, schema, says, written, missing } = recordKinds[name];
    const version = {
      path: 'version',
      type: 'whole number',
      missing: `\`${recordVersion}\``,
      description: 'The version of the record’s form.',
    };
    return `### \`.signalbox/${path.replace(/\{(\w+)\}/g, '<$1>')}\`

${says}

- **Written by:** ${written}
- **No such file:** ${missing}

${fieldTable([version, ...fieldsOf(schema)])}
`;
  });
  return `${intro}\n${parts.join('\n')}`;
}
