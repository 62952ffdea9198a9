import { Menu, UnstyledButton } from '@mantine/core';
import {
  IconCheck,
  IconChevronDown,
  IconDoorExit,
  IconFile,
  IconFlask2,
  IconPlus,
} from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import { useEstates } from '../data/estate-queries';
import { useSession } from '../data/queries';
import { EstateMark, estateLook } from '../ui/estate/estate-kind';
import type { useSwitchEstate } from '../ui/estate/use-switch';
import classes from './estate-menu.module.css';

/** The name of the open estate, and the way to another one. */
export function EstateMenu({ wish }: Pick<ReturnType<typeof useSwitchEstate>, 'wish'>) {
  const session = useSession().data;
  const estates = useEstates().data;
  const navigate = useNavigate();
  const current = estates?.estate?.key;
  const others = estates?.recent ?? [];
  return (
    <Menu position="bottom-start" width={320} withinPortal>
      <Menu.Target>
        <UnstyledButton className={classes.target} title={session?.ledger.url}>
          <span className={classes.estate}>{session?.estate ?? 'Signalbox'}</span>
          {session && <EstateMark look={estateLook(session)} />}
          <span className="visually-hidden">Switch estate</span>
          {/* Not before the name, which would move it. */}
          {session && <IconChevronDown size={14} aria-hidden />}
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>Estates</Menu.Label>
        {others.map((entry) => (
          <Menu.Item
            key={entry.key}
            leftSection={
              <IconCheck
                size={14}
                aria-hidden
                style={{ visibility: entry.key === current ? 'visible' : 'hidden' }}
              />
            }
            rightSection={
              <EstateMark
                look={entry.kind === 'read-only' ? 'read-only' : entry.production ? 'production' : 'standard'}
              />
            }
            disabled={entry.key === current}
            onClick={() => wish({ do: 'open', key: entry.key, name: entry.name })}
          >
            <span className={classes.item}>
              {entry.name}
              <span className={classes.place}>{entry.place}</span>
            </span>
          </Menu.Item>
        ))}
        <Menu.Item
          leftSection={
            current === 'practice' ? (
              <IconCheck size={14} aria-hidden />
            ) : (
              <IconFlask2 size={14} aria-hidden />
            )
          }
          disabled={current === 'practice'}
          onClick={() => wish({ do: 'open', key: 'practice', name: 'the practice estate' })}
        >
          Practice estate
        </Menu.Item>
        <Menu.Divider />
        <Menu.Item
          leftSection={<IconPlus size={14} aria-hidden />}
          onClick={() => void navigate({ to: '/connect' })}
        >
          Connect to another…
        </Menu.Item>
        <Menu.Item leftSection={<IconFile size={14} aria-hidden />} onClick={() => wish({ do: 'open-file' })}>
          Open an estate file…
        </Menu.Item>
        <Menu.Item leftSection={<IconDoorExit size={14} aria-hidden />} onClick={() => wish({ do: 'close' })}>
          Close this estate
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
