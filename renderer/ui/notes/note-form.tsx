import { Button, Textarea } from '@mantine/core';
import { useState } from 'react';
import { longestNote } from '../../../shared/domain/notes/note';
import { FailurePanel } from '../finding/failure-panel';
import classes from './notes.module.css';
import { useRecordAction } from './use-record-action';

/** Where a note is written or changed. */
export function NoteForm(props: {
  label: string;
  text: string;
  action: string;
  intentOf: (text: string) => Parameters<ReturnType<typeof useRecordAction>['send']>[0];
  onClose: () => void;
}) {
  const [text, setText] = useState(props.text);
  const write = useRecordAction(props.onClose);
  return (
    <form
      className={classes.form}
      onSubmit={(event) => {
        event.preventDefault();
        if (text.trim() !== '') write.send(props.intentOf(text));
      }}
    >
      <Textarea
        data-autofocus
        autosize
        minRows={2}
        maxRows={10}
        maxLength={longestNote}
        label={props.label}
        description="Plain text. Saved in the release repo with your name."
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      {write.failure && <FailurePanel failure={write.failure} />}
      <div className={classes.row}>
        <Button type="submit" size="xs" loading={write.busy} disabled={text.trim() === ''}>
          {props.action}
        </Button>
        <Button size="xs" variant="default" onClick={props.onClose}>
          Cancel
        </Button>
      </div>
    </form>
  );
}
