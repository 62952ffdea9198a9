import { Kbd, SegmentedControl, TextInput } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { useEffect, useRef, useState } from 'react';
import { useShortcuts } from '../../ui/action/shortcuts';
import { useAttention } from '../../ui/incident/use-attention';
import { type BoardSearch, type Chip, defaultSort, type Sort } from './search';
import classes from './toolbar.module.css';

const chipWord: Record<Chip, string> = {
  attention: 'Needs attention',
  drifted: 'Behind',
  held: 'Held',
  rolling: 'Rolling out',
};

interface ToolbarProps {
  search: BoardSearch;
  counts: Record<Chip, number>;
  onSearch: (change: Partial<BoardSearch>) => void;
}

/** Filter, chips and order. Counts keep their width, so that chips don't move while data streams in. */
export function Toolbar({ search, counts, onSearch }: ToolbarProps) {
  const box = useRef<HTMLInputElement>(null);
  const [text, setText] = useState(search.q ?? '');
  const { notKnown } = useAttention();
  useEffect(() => setText(search.q ?? ''), [search.q]);
  useShortcuts({
    '/': () => {
      box.current?.focus();
      box.current?.select();
    },
  });
  return (
    <div className={classes.bar} role="toolbar" aria-label="Filter and order">
      <TextInput
        ref={box}
        size="xs"
        w={188}
        value={text}
        aria-label="Filter apps"
        placeholder="App or version"
        leftSection={<IconSearch size={14} aria-hidden />}
        rightSection={<Kbd size="xs">/</Kbd>}
        onChange={(event) => {
          setText(event.currentTarget.value);
          onSearch({ q: event.currentTarget.value || undefined });
        }}
        onKeyDown={(event) => {
          if (event.key !== 'Escape') return;
          if (text) onSearch({ q: undefined });
          else box.current?.blur();
        }}
      />
      <div className={classes.chips}>
        {(Object.keys(chipWord) as Chip[]).map((chip) => (
          <button
            key={chip}
            type="button"
            className={classes.chip}
            aria-pressed={search.only === chip}
            title={chip === 'attention' ? (notKnown ?? undefined) : undefined}
            onClick={() => onSearch({ only: search.only === chip ? undefined : chip })}
          >
            {chipWord[chip]}
            <span className={classes.count} data-some={counts[chip] > 0} data-chip={chip}>
              {chip === 'attention' && counts[chip] === 0 && notKnown !== null ? '?' : counts[chip]}
            </span>
          </button>
        ))}
      </div>
      <span className={classes.spacer} />
      <span className={classes.word} id="board-sort">
        Sort
      </span>
      <SegmentedControl
        aria-labelledby="board-sort"
        value={search.sort ?? defaultSort}
        onChange={(value) => onSearch({ sort: value === defaultSort ? undefined : (value as Sort) })}
        data={[
          { value: 'trouble', label: 'Failing first' },
          { value: 'app', label: 'App' },
          { value: 'age', label: 'Newest' },
          { value: 'drift', label: 'Behind' },
        ]}
      />
    </div>
  );
}
