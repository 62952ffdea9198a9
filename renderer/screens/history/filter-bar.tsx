import { Kbd, TextInput } from '@mantine/core';
import { IconClock, IconSearch, IconX } from '@tabler/icons-react';
import { useEffect, useRef, useState } from 'react';
import type { OutputOf } from '../../../shared/contract/contract';
import { type DeploymentKind, deploymentKinds } from '../../../shared/domain/history/deployment';
import { type HistoryEventType, historyEventTypes } from '../../../shared/domain/history/history-event';
import { useBoard } from '../../data/queries';
import { PickMenu } from '../../ui/action/pick-menu';
import { useShortcuts } from '../../ui/action/shortcuts';
import { eventTypeWord } from '../../ui/text/event-words';
import { kindWord } from '../../ui/text/words';
import { hoursBefore } from '../../ui/time/period';
import classes from './filter-bar.module.css';
import { type HistorySearch, isFiltered } from './search';
import { TimeMenu } from './time-menu';

interface FilterBarProps {
  search: HistorySearch;
  names: OutputOf<'history.names'> | undefined;
  onSearch: (change: Partial<HistorySearch>) => void;
}

/** Milliseconds after the last letter before the feed is asked. */
const typingPause = 120;

const same = (value: string) => ({ value, label: value });
const some = <T,>(values: T[]): T[] | undefined => (values.length > 0 ? values : undefined);

/**
 * What of the feed is shown: words, apps, environments, kinds, events, people and time, in any combination. A kind says
 * which deployments: rollbacks and holds are both there when one of each is picked.
 */
export function FilterBar({ search, names, onSearch }: FilterBarProps) {
  return (
    <div className={classes.bar} role="toolbar" aria-label="Filter">
      <TextFilter value={search.q} onSearch={onSearch} />
      <PickMenu
        label="App"
        choices={(names?.apps ?? []).map(same)}
        picked={search.app ?? []}
        onPick={(app) => onSearch({ app: some(app) })}
      />
      <PickMenu
        label="Environment"
        choices={(names?.environments ?? []).map(same)}
        picked={search.environment ?? []}
        onPick={(environment) => onSearch({ environment: some(environment) })}
      />
      <PickMenu
        label="Kind"
        choices={deploymentKinds.map((value) => ({ value, label: kindWord[value] }))}
        picked={search.kind ?? []}
        onPick={(kind) => onSearch({ kind: some(kind as DeploymentKind[]) })}
      />
      <PickMenu
        label="Event"
        choices={historyEventTypes.map((value) => ({ value, label: eventTypeWord(value) }))}
        picked={search.event ?? []}
        onPick={(event) => onSearch({ event: some(event as HistoryEventType[]) })}
      />
      <PickMenu
        label="By"
        choices={(names?.actors ?? []).map(same)}
        picked={search.by ?? []}
        onPick={(by) => onSearch({ by: some(by) })}
      />
      <TimeMenu since={search.since} until={search.until} onTime={onSearch} />
      <LastDay onSearch={onSearch} />
      {isFiltered(search) && (
        <button
          type="button"
          className={classes.clear}
          onClick={() =>
            onSearch({
              q: undefined,
              app: undefined,
              environment: undefined,
              kind: undefined,
              event: undefined,
              by: undefined,
              since: undefined,
              until: undefined,
            })
          }
        >
          <IconX size={13} aria-hidden />
          Clear
        </button>
      )}
    </div>
  );
}

/** What was done in production within a day: the first question of every morning and of every incident. */
function LastDay({ onSearch }: Pick<FilterBarProps, 'onSearch'>) {
  const environments = useBoard().data?.environments ?? [];
  const production = environments.flatMap(({ name, tier }) => (tier === 'production' ? [name] : []));
  if (production.length === 0) return null;
  return (
    <button
      type="button"
      className={classes.clear}
      onClick={() =>
        onSearch({ environment: production, since: hoursBefore(Date.now(), 24), until: undefined })
      }
    >
      <IconClock size={13} aria-hidden />
      Production, last 24 h
    </button>
  );
}

function TextFilter({ value, onSearch }: { value: string | undefined } & Pick<FilterBarProps, 'onSearch'>) {
  const box = useRef<HTMLInputElement>(null);
  const [text, setText] = useState(value ?? '');
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  // Somebody else changed the address (Back, Clear): the field follows, unless one is typing in it.
  useEffect(() => {
    if (timer.current === undefined) setText(value ?? '');
  }, [value]);
  useEffect(() => () => clearTimeout(timer.current), []);
  const type = (typed: string) => {
    setText(typed);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => {
      timer.current = undefined;
      onSearch({ q: typed || undefined });
    }, typingPause);
  };
  useShortcuts({
    '/': () => {
      box.current?.focus();
      box.current?.select();
    },
  });
  return (
    <TextInput
      ref={box}
      size="xs"
      className={classes.text ?? ''}
      value={text}
      aria-label="Search the history"
      placeholder="Version, author, message, reason"
      leftSection={<IconSearch size={14} aria-hidden />}
      rightSection={<Kbd size="xs">/</Kbd>}
      onChange={(event) => type(event.currentTarget.value)}
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return;
        if (text) type('');
        else box.current?.blur();
      }}
    />
  );
}
