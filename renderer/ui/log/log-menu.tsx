import { ActionIcon, Menu, Tooltip } from '@mantine/core';
import { IconCheck, IconDots } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import type { Stamps } from './line-time';
import { useLogPreferences } from './preferences';

interface LogMenuProps {
  /** Whether less than everything is shown. */
  filtered: boolean;
  onCopy: () => void;
  onSave: (what: 'all' | 'shown') => void;
}

const times: { stamps: Stamps; label: string }[] = [
  { stamps: 'local', label: 'Local time' },
  { stamps: 'utc', label: 'UTC time' },
  { stamps: 'off', label: 'No time' },
];

/** What can be done with a log, and how its lines begin. */
export function LogMenu({ filtered, onCopy, onSave }: LogMenuProps) {
  const { stamps, numbers } = useLogPreferences();
  return (
    <Menu position="bottom-end" shadow="md" width={220}>
      <Menu.Target>
        <Tooltip label="Copy, save and display options">
          <ActionIcon aria-label="More log options">
            <IconDots size={16} aria-hidden />
          </ActionIcon>
        </Tooltip>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item onClick={onCopy}>Copy {filtered ? 'filtered lines' : 'log'}</Menu.Item>
        <Menu.Item onClick={() => onSave('all')}>Save whole log…</Menu.Item>
        {filtered && <Menu.Item onClick={() => onSave('shown')}>Save filtered lines…</Menu.Item>}
        <Menu.Divider />
        {times.map((one) => (
          <Chosen
            key={one.stamps}
            chosen={stamps === one.stamps}
            role="menuitemradio"
            onChoose={() => useLogPreferences.setState({ stamps: one.stamps })}
          >
            {one.label}
          </Chosen>
        ))}
        <Menu.Divider />
        <Chosen
          chosen={numbers}
          role="menuitemcheckbox"
          onChoose={() => useLogPreferences.setState({ numbers: !numbers })}
        >
          Line numbers
        </Chosen>
      </Menu.Dropdown>
    </Menu>
  );
}

function Chosen(props: {
  chosen: boolean;
  role: 'menuitemradio' | 'menuitemcheckbox';
  onChoose: () => void;
  children: ReactNode;
}) {
  return (
    <Menu.Item
      role={props.role}
      aria-checked={props.chosen}
      leftSection={<IconCheck size={14} aria-hidden style={{ opacity: props.chosen ? 1 : 0 }} />}
      onClick={props.onChoose}
    >
      {props.children}
    </Menu.Item>
  );
}
