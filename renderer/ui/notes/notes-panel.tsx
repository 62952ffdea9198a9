import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { Note } from '../../../shared/domain/notes/note';
import { useReadOnly } from '../../data/queries';
import { queryOf } from '../../data/query-client';
import { ActionButton } from '../action/action-button';
import { FailurePanel } from '../finding/failure-panel';
import { Panel } from '../layout/panel';
import { ago, fullTime } from '../time/time';
import { useNow } from '../time/use-now';
import { NoteForm } from './note-form';
import classes from './notes.module.css';
import { ReleaseItem, saysSomething } from './release-item';
import { useRecordAction } from './use-record-action';

/** What to know when deploying an app: its own notes and those of the estate, to be added, changed and removed. */
export function NotesPanel({ app }: { app: string }) {
  const found = useQuery(queryOf('note.list', { app })).data;
  const readOnlyBecause = useReadOnly();
  const [adding, setAdding] = useState<'app' | 'estate' | null>(null);
  const release = useQuery(queryOf('note.release', { app })).data ?? null;
  const notes = found?.notes ?? [];
  const problems = found?.problems ?? [];
  const add = (where: 'app' | 'estate', text: string, label: string) => (
    <ActionButton
      variant="subtle"
      size="compact-sm"
      blocked={readOnlyBecause}
      label={label}
      onAction={() => setAdding(where)}
    >
      {text}
    </ActionButton>
  );
  return (
    <Panel
      title="Notes for deploying"
      aside={
        <>
          {add('app', 'Add note…', `Add note on ${app}`)}
          {add('estate', 'For all apps…', 'For all apps: add a note')}
        </>
      }
    >
      {adding && (
        <NoteForm
          key={adding}
          label={
            adding === 'app' ? `What to know when deploying ${app}` : 'What to know when deploying any app'
          }
          text=""
          action="Save note"
          intentOf={(text) => ({
            kind: 'write-note',
            app: adding === 'app' ? app : null,
            text,
            seen: null,
          })}
          onClose={() => setAdding(null)}
        />
      )}
      {found && notes.length === 0 && problems.length === 0 && !saysSomething(release) && !adding && (
        <p className={classes.empty}>No notes. They are shown wherever {app} is deployed or rolled back.</p>
      )}
      <ul className={classes.list}>
        {notes.map((note) => (
          <NoteItem key={note.note} note={note} readOnlyBecause={readOnlyBecause} />
        ))}
        {problems.map((problem) => (
          <li key={problem} className={classes.note}>
            A note can’t be read. {problem}
          </li>
        ))}
        <ReleaseItem app={app} seen={release} />
      </ul>
    </Panel>
  );
}

function NoteItem({ note, readOnlyBecause }: { note: Note; readOnlyBecause: string | null }) {
  const now = useNow('calm');
  const [editing, setEditing] = useState(false);
  const remove = useRecordAction(() => undefined);
  const seen = { note: note.note, before: note.text };
  const { edited } = note;
  if (editing)
    return (
      <li>
        <NoteForm
          label="Change the note"
          text={note.text}
          action="Save note"
          intentOf={(text) => ({ kind: 'write-note', app: note.app, text, seen })}
          onClose={() => setEditing(false)}
        />
      </li>
    );
  return (
    <li className={classes.note}>
      <p className={classes.text}>{note.text}</p>
      <p className={classes.meta}>
        <span title={fullTime(note.at)}>
          {note.app === null && 'For all apps · '}
          {note.by}, {ago(note.at, now)}
        </span>
        {edited && (
          <span title={fullTime(edited.at)}>
            changed by {edited.by}, {ago(edited.at, now)}
          </span>
        )}
        <ActionButton
          variant="subtle"
          size="compact-xs"
          h={24}
          blocked={readOnlyBecause}
          label="Edit the note"
          onAction={() => setEditing(true)}
        >
          Edit
        </ActionButton>
        <ActionButton
          variant="subtle"
          size="compact-xs"
          h={24}
          blocked={readOnlyBecause}
          label="Remove the note"
          onAction={() => remove.send({ kind: 'remove-note', app: note.app, seen })}
        >
          Remove
        </ActionButton>
      </p>
      {remove.failure && <FailurePanel failure={remove.failure} />}
    </li>
  );
}
