import { NativeSelect, Switch, TextInput } from '@mantine/core';
import type { ReactNode } from 'react';
import type { Settings } from '../../../shared/contract/session';
import { Panel } from '../../ui/layout/panel';
import classes from './settings-screen.module.css';

type Desktop = Settings['desktop'];

const usualQuiet = { from: '20:00', until: '07:00' };
const locks = [
  { value: '', label: 'Never' },
  ...[5, 15, 30, 60].map((minutes) => ({ value: String(minutes), label: `After ${minutes} minutes` })),
];

/** How Signalbox lives on the desktop: icon, quiet hours, lock, start. */
export function DesktopPanel({ desktop, onSave }: { desktop: Desktop; onSave: (desktop: Desktop) => void }) {
  const save = (change: Partial<Desktop>): void => onSave({ ...desktop, ...change });
  const { quietHours } = desktop;
  return (
    <Panel title="Desktop">
      <Row title="Quiet hours" text="No notifications meanwhile. The badge and the icon still show.">
        {quietHours && (
          <>
            <Time
              label="Quiet from"
              value={quietHours.from}
              onChange={(from) => save({ quietHours: { ...quietHours, from } })}
            />
            <Time
              label="Quiet until"
              value={quietHours.until}
              onChange={(until) => save({ quietHours: { ...quietHours, until } })}
            />
          </>
        )}
        <Toggle
          label="Quiet hours"
          on={quietHours !== null}
          onChange={(on) => save({ quietHours: on ? usualQuiet : null })}
        />
      </Row>
      <Row
        title="Icon in the system’s tray"
        text="Shows the worst state, what needs attention and what runs."
      >
        <Toggle label="Tray icon" on={desktop.tray} onChange={(tray) => save({ tray })} />
      </Row>
      <Row title="Start at login" text="Only an installed Signalbox starts by itself.">
        <Toggle
          label="Start at login"
          on={desktop.startAtLogin}
          onChange={(startAtLogin) => save({ startAtLogin })}
        />
      </Row>
      <Row
        title="Hide content while you are away"
        text="Keeps passers-by from reading and clicking. Whoever can use your account on this computer can unlock it."
      >
        <NativeSelect
          size="xs"
          aria-label="Lock when idle"
          data={locks}
          value={String(desktop.lockAfterMinutes ?? '')}
          onChange={({ currentTarget: { value } }) =>
            save({ lockAfterMinutes: value === '' ? null : Number(value) })
          }
        />
      </Row>
      <Row title="Hide content when the screen is locked" text="Where the system tells: macOS and Windows.">
        <Toggle
          label="Lock with the screen"
          on={desktop.lockWithScreen}
          onChange={(lockWithScreen) => save({ lockWithScreen })}
        />
      </Row>
    </Panel>
  );
}

function Row({ title, text, children }: { title: string; text: string; children: ReactNode }) {
  return (
    <div className={classes.row}>
      <div>
        <p>{title}</p>
        <p className={classes.quiet}>{text}</p>
      </div>
      <div className={classes.controls}>{children}</div>
    </div>
  );
}

function Toggle({ label, on, onChange }: { label: string; on: boolean; onChange: (on: boolean) => void }) {
  return (
    <Switch aria-label={label} checked={on} onChange={(event) => onChange(event.currentTarget.checked)} />
  );
}

function Time({
  label,
  value,
  onChange,
}: {
  label: string;
  value: string;
  onChange: (value: string) => void;
}) {
  return (
    <TextInput
      size="xs"
      type="time"
      aria-label={label}
      value={value}
      // Empty while somebody types.
      onChange={(event) => event.currentTarget.value !== '' && onChange(event.currentTarget.value)}
    />
  );
}
