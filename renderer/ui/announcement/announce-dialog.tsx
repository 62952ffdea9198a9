import { Button, Modal, MultiSelect, Textarea, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useState } from 'react';
import { listText } from '../../../shared/domain/text/list-text';
import { useAnnouncementPreview, useDraftMail } from '../../data/announcement-queries';
import { useOnce } from '../../data/attempts';
import { useBoard } from '../../data/queries';
import { FailurePanel } from '../finding/failure-panel';
import { useUiState } from '../layout/ui-state';
import { announce } from '../text/announcer';
import classes from './announce-dialog.module.css';

/** Writes something to everybody who is told what happens, such as before a risky deploy; looked at before it is sent. */
export function AnnounceDialog() {
  const opened = useUiState((state) => state.announceOpen);
  const close = (): void => useUiState.setState({ announceOpen: false });
  return (
    <Modal
      opened={opened}
      onClose={close}
      data-closing={!opened || undefined}
      title="Announce"
      size="lg"
      centered
    >
      <Form onClose={close} />
    </Modal>
  );
}

/** What Slack shows of its markup, as plain text: what was escaped is unescaped. */
const plain = (markup: string): string =>
  markup
    .replace(/^\*|\*$/gm, '')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');

function Form({ onClose }: { onClose: () => void }) {
  const board = useBoard().data;
  const [text, setText] = useState('');
  const [details, setDetails] = useState('');
  const [environments, setEnvironments] = useState<string[]>([]);
  const [apps, setApps] = useState<string[]>([]);
  const written = { text, details, environments, apps };
  const [settled] = useDebouncedValue(written, 250);
  const preview = useAnnouncementPreview(settled);
  const send = useOnce<'announcements.write'>();
  const mail = useDraftMail();
  const isEmpty = text.trim() === '';
  const to = preview.data?.to ?? [];
  const failure = send.error?.failure ?? mail.error?.failure ?? preview.error?.failure;
  return (
    <form
      className={classes.form}
      onSubmit={(event) => {
        event.preventDefault();
        send.mutate(
          { name: 'announcements.write', input: written },
          {
            onSuccess: (done) => {
              announce(done.text);
              onClose();
            },
          },
        );
      }}
    >
      <TextInput
        data-autofocus
        label="What people should know"
        placeholder="Risky deploy of router at 14:00"
        maxLength={300}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      <Textarea
        label="Details (optional)"
        autosize
        minRows={2}
        maxRows={6}
        maxLength={1000}
        value={details}
        onChange={(event) => setDetails(event.currentTarget.value)}
      />
      <div className={classes.two}>
        <MultiSelect
          label="Environments"
          placeholder={environments.length === 0 ? 'Whole estate' : ''}
          data={board?.environments.map(({ name }) => name) ?? []}
          value={environments}
          onChange={setEnvironments}
          searchable
        />
        <MultiSelect
          label="Apps"
          placeholder={apps.length === 0 ? 'All apps' : ''}
          data={board?.apps ?? []}
          value={apps}
          onChange={setApps}
          searchable
        />
      </div>
      <section className={classes.preview} aria-label="Preview" aria-live="polite">
        {isEmpty ? (
          <p className={classes.quiet}>The preview appears as you type.</p>
        ) : (
          preview.data && (
            <>
              <p className={classes.quiet}>
                {to.length === 0 ? 'No recipients.' : `Goes to ${listText(to)}.`}
              </p>
              <pre>{plain(preview.data.slack)}</pre>
            </>
          )
        )}
      </section>
      {failure && <FailurePanel failure={failure} />}
      <div className={classes.buttons}>
        <Button
          variant="default"
          disabled={isEmpty}
          loading={mail.isPending}
          onClick={() => mail.mutate({ subject: text.slice(0, 200), body: `${text}\n\n${details}`.trim() })}
        >
          Draft an email
        </Button>
        <span className={classes.spacer} />
        <Button variant="default" onClick={onClose}>
          Cancel
        </Button>
        <Button type="submit" disabled={isEmpty || to.length === 0} loading={send.isPending}>
          Announce
        </Button>
      </div>
    </form>
  );
}
