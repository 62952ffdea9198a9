import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { DeploymentEvent } from '../../../shared/domain/history/history-event';
import { useReadOnly } from '../../data/queries';
import { queryOf } from '../../data/query-client';
import { ActionButton } from '../../ui/action/action-button';
import { NoteForm } from '../../ui/notes/note-form';
import { dateTime, fullTime } from '../../ui/time/time';
import classes from './event-details.module.css';

/** Reasons that were added to a deployment afterwards, each with its author and time. The commit stays as it is. */
export function LateReasons({ event }: { event: DeploymentEvent }) {
  const { app, environment, commit } = event;
  const reasons = useQuery(queryOf('note.reasons', { commit })).data ?? [];
  const readOnlyBecause = useReadOnly();
  const [adding, setAdding] = useState(false);
  return (
    <section className={classes.section} aria-label="Reasons added later">
      {reasons.map(({ note, text, by, at }) => (
        <p key={note}>
          {text}
          <span className={classes.small} title={fullTime(at)}>
            {' '}
            Added by {by}, {dateTime(at)}
          </span>
        </p>
      ))}
      {adding ? (
        <NoteForm
          label={`Why ${app} was deployed to ${environment}`}
          text=""
          action="Save reason"
          intentOf={(text) => ({
            kind: 'write-note',
            app,
            about: { environment, commit },
            text,
            seen: null,
          })}
          onClose={() => setAdding(false)}
        />
      ) : (
        <ActionButton
          variant="subtle"
          size="compact-sm"
          blocked={readOnlyBecause}
          onAction={() => setAdding(true)}
        >
          Add a reason…
        </ActionButton>
      )}
    </section>
  );
}
