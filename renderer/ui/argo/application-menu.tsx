import { Button, Menu } from '@mantine/core';
import { IconAdjustments, IconDots, IconRefreshDot } from '@tabler/icons-react';
import { type ReactNode, useState } from 'react';
import type { ApplicationDetail } from '../../../shared/domain/rollout/application-detail';
import { ActionDialog } from '../action/action-dialog';
import classes from './application-panel.module.css';
import { SyncDialog } from './sync-dialog';

interface ApplicationMenuProps {
  application: ApplicationDetail;
  environment: string;
  /** What asks for care there. */
  care: string | null;
  /** Why neither can be asked for now, in a sentence; `null`: it can. */
  refreshBlocked: string | null;
  syncBlocked: string | null;
}

/** What is seldom asked of Argo CD: a comparison without its caches, and a sync with options of one's own. */
export function ApplicationMenu(props: ApplicationMenuProps) {
  const { application, environment, care, refreshBlocked, syncBlocked } = props;
  const { name } = application;
  const [open, setOpen] = useState<'refresh' | 'sync' | null>(null);
  const close = () => setOpen(null);
  return (
    <>
      <Menu position="bottom-end" width={320}>
        <Menu.Target>
          <Button variant="default" aria-label={`More for ${name} in ${environment}`} px={8}>
            <IconDots size={16} aria-hidden />
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Item
            icon={<IconAdjustments size={14} aria-hidden />}
            blocked={syncBlocked}
            onAction={() => setOpen('sync')}
          >
            Sync with options…
          </Item>
          <Item
            icon={<IconRefreshDot size={14} aria-hidden />}
            blocked={refreshBlocked}
            onAction={() => setOpen('refresh')}
          >
            Hard refresh…
          </Item>
        </Menu.Dropdown>
      </Menu>
      <SyncDialog
        application={application}
        environment={environment}
        care={care}
        blocked={syncBlocked}
        opened={open === 'sync'}
        onClose={close}
      />
      <ActionDialog
        opened={open === 'refresh'}
        onClose={close}
        action={`Hard refresh ${name} in ${environment}`}
        meaning={
          <p>
            Argo CD discards its cached manifests for {name}, renders them again from Git and compares.
            {application.autoSync.enabled
              ? ' It then syncs any differences automatically.'
              : ' It does not sync anything.'}
          </p>
        }
        care={application.autoSync.enabled ? care : null}
        blocked={refreshBlocked}
        request={{ name: 'application.refresh', input: { environment, application: name, mode: 'hard' } }}
      />
    </>
  );
}

/** One that is blocked stays in reach of the keyboard and says why. */
function Item(props: { icon: ReactNode; blocked: string | null; onAction: () => void; children: ReactNode }) {
  const { icon, blocked, onAction, children } = props;
  return (
    <Menu.Item
      leftSection={icon}
      aria-disabled={blocked !== null || undefined}
      closeMenuOnClick={blocked === null}
      onClick={() => blocked === null && onAction()}
    >
      <span className={blocked === null ? undefined : classes.off}>{children}</span>
      {blocked !== null && <span className={classes.because}>{blocked}</span>}
    </Menu.Item>
  );
}
