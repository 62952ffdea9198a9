import { SegmentedControl, Switch } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { Settings } from '../../../shared/contract/session';
import { useSaveSettings, useSession, useSettings } from '../../data/queries';
import { FailurePanel } from '../../ui/finding/failure-panel';
import { Panel } from '../../ui/layout/panel';
import { FreshnessMark } from '../../ui/time/freshness-mark';
import { AccountsPanel } from './accounts-panel';
import { AnnouncementsPanel } from './announcements-panel';
import { ConsentsPanel } from './consents-panel';
import { CredentialsPanel } from './credentials-panel';
import { DesktopPanel } from './desktop-panel';
import { IdentityForm } from './identity-form';
import { RecordsPanel } from './records-panel';
import classes from './settings-screen.module.css';
import { SignOutPanel } from './sign-out-panel';
import { SigningRow } from './signing-row';
import { UpdatesPanel } from './updates-panel';

/** How the console looks, who its commits are by, and what it is. */
export function SettingsScreen() {
  const settings = useSettings();
  const save = useSaveSettings();
  return (
    <div className={classes.screen}>
      <h1 className={classes.title}>Settings</h1>
      {settings.error && (
        <FailurePanel failure={settings.error.failure} onRetry={() => void settings.refetch()} />
      )}
      {save.error && <FailurePanel failure={save.error.failure} />}
      {settings.data && (
        <>
          <Panel title="Identity">
            <IdentityForm
              key={`${settings.data.identity.name} ${settings.data.identity.email}`}
              identity={settings.data.identity}
              busy={save.isPending}
              onSave={(identity) => save.mutate({ identity })}
            />
            <SigningRow
              signs={settings.data.signCommits}
              onChange={(signCommits) => save.mutate({ signCommits })}
            />
          </Panel>
          <Panel title="Appearance and notifications">
            <div className={classes.row}>
              <span id="colours">Colours</span>
              <SegmentedControl
                aria-labelledby="colours"
                value={settings.data.colourScheme}
                onChange={(value) => save.mutate({ colourScheme: value as Settings['colourScheme'] })}
                data={[
                  { value: 'auto', label: 'System' },
                  { value: 'light', label: 'Light' },
                  { value: 'dark', label: 'Dark' },
                ]}
              />
            </div>
            <div className={classes.row}>
              <div>
                <p>Notifications</p>
                <p className={classes.quiet}>
                  When one of your operations ends or is waiting for you, and when anything fails in
                  production, whoever deployed it.
                </p>
              </div>
              <Switch
                aria-label="Notifications"
                checked={settings.data.notifications}
                onChange={(event) => save.mutate({ notifications: event.currentTarget.checked })}
              />
            </div>
          </Panel>
        </>
      )}
      {settings.data && (
        <DesktopPanel desktop={settings.data.desktop} onSave={(desktop) => save.mutate({ desktop })} />
      )}
      <CredentialsPanel />
      <AccountsPanel />
      <AnnouncementsPanel />
      <ConsentsPanel />
      <RecordsPanel />
      {settings.data && (
        <UpdatesPanel
          byItself={settings.data.desktop.lookForUpdates}
          onChange={(lookForUpdates) =>
            save.mutate({ desktop: { ...settings.data.desktop, lookForUpdates } })
          }
        />
      )}
      <SignOutPanel />
      <About />
    </div>
  );
}

function About() {
  const session = useSession().data;
  if (!session) return null;
  const { app, ledger } = session;
  const facts: [string, string][] = [
    ['Signalbox', app.version],
    ['Runtime', app.runtime],
    ['Chromium', app.chromium],
    ['Node.js', app.node],
    ['Platform', app.platform],
    ['Release repo', ledger.url],
    ['Branch', ledger.branch],
    ['Landing', ledger.landing === 'push' ? 'push' : 'short-lived branch, then merge'],
  ];
  return (
    <Panel title="About" aside={<FreshnessMark name="Release repo" value={ledger.freshness} />}>
      {app.fallbackRuntime && (
        <p className={classes.notice} role="note">
          This window runs on the fallback Electron for development and tests. Packaged releases use the
          newest supported version.
        </p>
      )}
      <dl className={classes.facts}>
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <div className={classes.choices}>
        <Link to="/diagnostics">Diagnostics</Link>
        <Link to="/licences">Licences</Link>
      </div>
    </Panel>
  );
}
