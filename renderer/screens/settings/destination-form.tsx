import { Button, PasswordInput, Switch } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { type DestinationView, destinationNames } from '../../../shared/domain/announcement/destination';
import { useChangeAnnouncements, useTestDestination } from '../../data/announcement-queries';
import { FailurePanel } from '../../ui/finding/failure-panel';
import classes from './settings-screen.module.css';

const secretLabels: Record<DestinationView['destination'], string> = {
  slack: 'bot token or incoming webhook URL',
  release: 'bearer token',
  webhook: 'signing secret',
};

const hints: Record<DestinationView['destination'], string> = {
  slack:
    'With a bot token (scope chat:write), each operation is one message that is updated. An incoming webhook can’t update: it gets a message at the start and one at the end, all in its own channel.',
  release: 'A Signon token of your account for the Release app.',
  webhook: 'At least 24 characters, or whsec_ and base64. The receiver verifies each event with it.',
};

function stateText({ state, secret, host }: DestinationView): string {
  if (state === 'off') return `Off. Nothing is sent to ${host}.`;
  if (state === 'needs-secret') return 'On, but nothing is sent yet: enter its secret.';
  if (state === 'needs-permission')
    return `The address changed. Nothing is sent to ${host} before you allow it.`;
  return `On: sends to ${host}.${secret === 'held' ? ' Its secret is forgotten when Signalbox quits.' : ''}`;
}

/** One who can be told: switched on and off, its secret entered, tried and forgotten; a secret never comes back into the window. */
export function DestinationForm({ view }: { view: DestinationView }) {
  const { destination, state, host, rules } = view;
  const [secret, setSecret] = useState('');
  const change = useChangeAnnouncements();
  const test = useTestDestination();
  const name = destinationNames[destination];
  const isOn = state !== 'off';
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    test.reset();
    change.mutate(
      { name: 'announcements.set-secret', input: { destination, secret } },
      { onSuccess: () => setSecret('') },
    );
  };
  const switchTo = (on: boolean): void => {
    test.reset();
    change.mutate({ name: 'announcements.switch', input: { destination, on, host } });
  };
  const failure = change.error?.failure ?? test.error?.failure;
  return (
    <form className={classes.destination} onSubmit={submit} aria-label={name}>
      <div className={classes.row}>
        <div>
          <h3>{name}</h3>
          <p className={classes.quiet} role="status">
            {stateText(view)}
          </p>
        </div>
        <Switch
          aria-label={`Send announcements to ${name}`}
          checked={isOn}
          disabled={change.isPending}
          onChange={(event) => switchTo(event.currentTarget.checked)}
        />
      </div>
      {state === 'needs-permission' && (
        <div className={classes.choices}>
          <Button size="xs" variant="default" onClick={() => switchTo(true)}>
            Allow {host}
          </Button>
        </div>
      )}
      {rules.length > 0 && (
        <ul className={classes.rules}>
          {rules.map((rule) => (
            <li key={rule}>{rule}</li>
          ))}
        </ul>
      )}
      <div className={classes.secret}>
        <PasswordInput
          size="sm"
          label={`${name}: ${secretLabels[destination]}`}
          autoComplete="off"
          placeholder={view.secret === 'missing' ? '' : 'saved; type to replace'}
          visibilityToggleButtonProps={{ 'aria-label': 'Show what you typed' }}
          value={secret}
          onChange={(event) => setSecret(event.currentTarget.value)}
        />
        <Button
          type="submit"
          size="sm"
          variant="default"
          loading={change.isPending}
          disabled={secret.trim() === ''}
        >
          Save
        </Button>
        <p className={classes.quiet}>{hints[destination]}</p>
      </div>
      <div className={classes.choices}>
        <Button
          size="xs"
          variant="default"
          loading={test.isPending}
          disabled={view.secret === 'missing'}
          onClick={() => test.mutate({ destination })}
        >
          {view.slack === 'webhook' || destination === 'webhook'
            ? `Send a test to ${destination === 'slack' ? 'Slack' : 'the webhook'}`
            : `Test ${name}`}
        </Button>
        <Button
          size="xs"
          variant="default"
          disabled={view.secret === 'missing'}
          onClick={() =>
            change.mutate({ name: 'announcements.set-secret', input: { destination, secret: null } })
          }
        >
          Forget {name}
        </Button>
        {test.data && (
          <p role="status" className={classes.quiet}>
            {test.data.text}
          </p>
        )}
      </div>
      {failure && <FailurePanel failure={failure} />}
    </form>
  );
}
