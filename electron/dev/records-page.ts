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

**Operations whose commit a bot makes** (through Argo Workflows, GitHub Actions, or a pull request that others merge) leave a record of who and why, since that commit can't carry our trailers. It is written before anything is started, without a commit, and completed once the commit was seen on the branch; after that it never claims another one. The files lie in a folder for each month, by the time in the operation's id, so that no folder grows without end; a console reads those of the last three months with every snapshot, and the history reads all.

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
