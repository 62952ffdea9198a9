import { ActionIcon, NativeSelect, TextInput, Tooltip } from '@mantine/core';
import {
  IconCheck,
  IconChevronDown,
  IconChevronUp,
  IconCopy,
  IconHistory,
  IconRegex,
  IconSearch,
  IconTextWrap,
} from '@tabler/icons-react';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { type LogSource, logSourceKey } from '../../../shared/contract/logs';
import type { LogBuffer } from '../../data/log-buffer';
import { copyText } from '../copy';
import { useShortcuts } from '../shortcuts';
import { plain } from './ansi';
import classes from './log-viewer.module.css';
import type { useFind } from './use-find';

interface LogToolbarProps {
  source: LogSource;
  sources: readonly LogSource[];
  onSource: (source: LogSource) => void;
  find: ReturnType<typeof useFind>;
  onFind: (direction: 1 | -1) => void;
  wrap: boolean;
  onWrap: (wrap: boolean) => void;
  log: LogBuffer;
}

const keyOf = (source: LogSource): string => logSourceKey({ ...source, previous: false });
const labelOf = ({ pod, container, role }: LogSource): string =>
  `${container} · ${pod}${role ? ` (${role})` : ''}`;

/** Which container, find, and how lines are shown. */
export function LogToolbar(props: LogToolbarProps) {
  const { source, sources, onSource, find, onFind, wrap, onWrap, log } = props;
  const box = useRef<HTMLInputElement>(null);
  useShortcuts({
    'mod+f': () => {
      box.current?.focus();
      box.current?.select();
    },
  });
  return (
    <div className={classes.bar} role="toolbar" aria-label="Log">
      {sources.length > 1 ? (
        <NativeSelect
          size="xs"
          aria-label="Container"
          data={sources.map((one) => ({ value: keyOf(one), label: labelOf(one) }))}
          value={keyOf(source)}
          onChange={(event) => {
            const wanted = event.currentTarget.value;
            const found = sources.find((one) => keyOf(one) === wanted);
            if (found) onSource(found);
          }}
        />
      ) : (
        <span className="mono">{source.container}</span>
      )}
      <Toggle
        label="Log of the previous run of this container"
        pressed={source.previous}
        onPress={() => onSource({ ...source, previous: !source.previous })}
      >
        <IconHistory size={16} aria-hidden />
      </Toggle>
      <span className={classes.spacer} />
      <TextInput
        ref={box}
        size="xs"
        w={200}
        aria-label="Find in the log"
        placeholder="Find"
        leftSection={<IconSearch size={14} aria-hidden />}
        value={find.query}
        error={find.problem !== null}
        onChange={(event) => find.setQuery(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === 'Enter') onFind(event.shiftKey ? -1 : 1);
          if (event.key === 'Escape') find.setQuery('');
        }}
      />
      <span className={classes.count} role="status">
        {find.problem ? 'no such pattern' : find.query ? `${find.place} of ${find.count}` : ''}
      </span>
      <Tooltip label="Previous hit (Shift Enter)">
        <ActionIcon aria-label="Previous hit" onClick={() => onFind(-1)}>
          <IconChevronUp size={16} aria-hidden />
        </ActionIcon>
      </Tooltip>
      <Tooltip label="Next hit (Enter)">
        <ActionIcon aria-label="Next hit" onClick={() => onFind(1)}>
          <IconChevronDown size={16} aria-hidden />
        </ActionIcon>
      </Tooltip>
      <Toggle
        label="Find by regular expression"
        pressed={find.regex}
        onPress={() => find.setRegex(!find.regex)}
      >
        <IconRegex size={16} aria-hidden />
      </Toggle>
      <Toggle label="Wrap long lines" pressed={wrap} onPress={() => onWrap(!wrap)}>
        <IconTextWrap size={16} aria-hidden />
      </Toggle>
      <CopyLog log={log} />
    </div>
  );
}

function CopyLog({ log }: { log: LogBuffer }) {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), 2_000);
    return () => clearTimeout(timer);
  }, [copied]);
  return (
    <Tooltip label={copied ? 'Copied' : 'Copy the log'}>
      <ActionIcon
        aria-label="Copy the log"
        onClick={() => void copyText(plainText(log)).then(() => setCopied(true))}
      >
        {copied ? <IconCheck size={16} aria-hidden /> : <IconCopy size={16} aria-hidden />}
      </ActionIcon>
    </Tooltip>
  );
}

const plainText = (log: LogBuffer): string => log.text().split('\n').map(plain).join('\n');

function Toggle(props: { label: string; pressed: boolean; onPress: () => void; children: ReactNode }) {
  return (
    <Tooltip label={props.label}>
      <ActionIcon
        aria-label={props.label}
        aria-pressed={props.pressed}
        variant={props.pressed ? 'light' : 'subtle'}
        color={props.pressed ? 'signal' : 'gray'}
        onClick={props.onPress}
      >
        {props.children}
      </ActionIcon>
    </Tooltip>
  );
}
