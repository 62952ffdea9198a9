import { ActionIcon, NativeSelect, TextInput, Tooltip } from '@mantine/core';
import {
  IconChevronDown,
  IconChevronUp,
  IconFilter,
  IconLetterCase,
  IconRegex,
  IconSearch,
  IconTextWrap,
} from '@tabler/icons-react';
import { type ReactNode, useEffect, useRef } from 'react';
import type { LogView } from '../../../shared/contract/logs';
import { count } from '../../../shared/domain/text/count';
import type { LogPicture, LogSession } from '../../data/log-session';
import { useLogPart } from '../../data/use-log';
import { useShortcuts } from '../action/shortcuts';
import { announce } from '../text/announcer';
import classes from './log-viewer.module.css';
import { useLogPreferences } from './preferences';
import type { LogViewState } from './use-log-view';

interface LogToolbarProps {
  state: LogViewState;
  session: LogSession;
  onFind: (direction: 1 | -1) => void;
  /** Whose logs these are; at the left. */
  sources: ReactNode;
  /** What can be done with them; at the right. */
  menu: ReactNode;
}

const severityChoices: { value: LogView['severity']; label: string }[] = [
  { value: 'all', label: 'All lines' },
  { value: 'info', label: 'Info and above' },
  { value: 'warn', label: 'Warnings and errors' },
  { value: 'error', label: 'Errors' },
];

/** Find, filters, and how lines are shown. */
export function LogToolbar({ state, session, onFind, sources, menu }: LogToolbarProps) {
  const box = useRef<HTMLInputElement>(null);
  const { wrap } = useLogPreferences();
  const { find, severity } = state.view;
  useShortcuts({
    'mod+f': () => {
      box.current?.focus();
      box.current?.select();
    },
    F3: () => onFind(1),
    'shift+F3': () => onFind(-1),
  });
  const problem = useLogPart(session, ({ picture }) => picture.problem);
  const found = useLogPart(session, ({ picture }) => picture.found?.count ?? null);
  const complete = useLogPart(session, ({ picture }) => picture.found?.complete ?? false);
  const status = findStatus(state, found === null ? null : { count: found, complete }, problem);
  const hits = complete ? found : null;
  useEffect(() => {
    if (hits !== null) announce(count(hits, 'match', 'matches'));
  }, [hits]);

  return (
    <div className={classes.bar} role="toolbar" aria-label="Log">
      {sources}
      <span className={classes.spacer} />
      <NativeSelect
        size="xs"
        className={classes.severity}
        aria-label="Severity"
        data={severityChoices}
        value={severity}
        onChange={(event) => {
          const chosen = severityChoices.find(({ value }) => value === event.currentTarget.value);
          if (chosen) state.setSeverity(chosen.value);
        }}
      />
      <TextInput
        ref={box}
        size="xs"
        className={classes.find}
        aria-label="Find in the log"
        placeholder="Find"
        leftSection={<IconSearch size={14} aria-hidden />}
        value={find.text}
        error={problem !== null}
        onChange={(event) => state.setFind({ text: event.currentTarget.value })}
        onKeyDown={(event) => {
          if (event.key === 'Enter') onFind(event.shiftKey ? -1 : 1);
          if (event.key === 'Escape') state.setFind({ text: '' });
        }}
      />
      <Tooltip label={problem ?? ''} disabled={problem === null}>
        <span className={classes.count} data-problem={problem !== null || undefined} data-part="count">
          {status}
        </span>
      </Tooltip>
      <Tooltip label="Previous match (Shift Enter)">
        <ActionIcon aria-label="Previous match" onClick={() => onFind(-1)}>
          <IconChevronUp size={16} aria-hidden />
        </ActionIcon>
      </Tooltip>
      <Tooltip label="Next match (Enter)">
        <ActionIcon aria-label="Next match" onClick={() => onFind(1)}>
          <IconChevronDown size={16} aria-hidden />
        </ActionIcon>
      </Tooltip>
      <Toggle
        label="Match case"
        pressed={find.matchCase}
        onPress={(matchCase) => state.setFind({ matchCase })}
      >
        <IconLetterCase size={16} aria-hidden />
      </Toggle>
      <Toggle
        label="Use regular expression"
        pressed={find.regex}
        onPress={(regex) => state.setFind({ regex })}
      >
        <IconRegex size={16} aria-hidden />
      </Toggle>
      <Toggle
        label="Show only matching lines"
        pressed={find.filter}
        onPress={(filter) => state.setFind({ filter })}
      >
        <IconFilter size={16} aria-hidden />
      </Toggle>
      <span className={classes.rule} />
      <Toggle
        label="Wrap long lines"
        pressed={wrap}
        onPress={(pressed) => useLogPreferences.setState({ wrap: pressed })}
      >
        <IconTextWrap size={16} aria-hidden />
      </Toggle>
      {menu}
    </div>
  );
}

function findStatus(
  { view, present }: LogViewState,
  found: LogPicture['found'],
  problem: string | null,
): string {
  if (view.find.text === '') return '';
  if (problem !== null) return problem.startsWith('Invalid') ? 'Invalid regular expression' : 'Too slow';
  if (found === null) return '';
  const hits = found.count.toLocaleString('en-GB');
  if (!found.complete) return `${hits}…`;
  return `${(present?.index ?? 0).toLocaleString('en-GB')} of ${hits}`;
}

function Toggle(props: {
  label: string;
  pressed: boolean;
  onPress: (pressed: boolean) => void;
  children: ReactNode;
}) {
  return (
    <Tooltip label={props.label}>
      <ActionIcon
        aria-label={props.label}
        aria-pressed={props.pressed}
        variant={props.pressed ? 'light' : 'subtle'}
        color={props.pressed ? 'signal' : 'gray'}
        onClick={() => props.onPress(!props.pressed)}
      >
        {props.children}
      </ActionIcon>
    </Tooltip>
  );
}
