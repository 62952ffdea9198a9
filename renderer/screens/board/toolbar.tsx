import { ActionIcon, Kbd, NativeSelect, TextInput, Tooltip } from '@mantine/core';
import { IconLayoutSidebarRight, IconSearch } from '@tabler/icons-react';
import { memo, type ReactNode, useEffect, useRef, useState } from 'react';
import { type Chip, defaultSort, type Sort } from '../../../shared/domain/board/board-view';
import { useShortcuts } from '../../ui/action/shortcuts';
import { useAttention } from '../../ui/incident/use-attention';
import { useUiState } from '../../ui/layout/ui-state';
import { type BoardSearch, noOrder } from './search';
import classes from './toolbar.module.css';
import { ViewMenu } from './view-menu';

const chipWord: Record<Chip, string> = {
  attention: 'Needs attention',
  drifted: 'Behind',
  held: 'Held',
  rolling: 'Rolling out',
};

const sortWord: Record<Sort, string> = {
  trouble: 'Failing first',
  app: 'App',
  age: 'Newest first',
  drift: 'Behind first',
};

interface ToolbarProps {
  search: BoardSearch;
  /** `null`: the release repo has not been read yet. */
  counts: Record<Chip, number> | null;
  onSearch: (change: Partial<BoardSearch>) => void;
  /** What stands before the filter. */
  before: ReactNode;
  /** Environments of this board; `null`: it is one of the past, which tells nothing of what is elsewhere. */
  columns: readonly string[] | null;
}

/** Filter, chips, order and view. Counts keep their width, so that chips don't move while data streams in. */
export const Toolbar = memo(function Toolbar({ search, counts, onSearch, before, columns }: ToolbarProps) {
  const box = useRef<HTMLInputElement>(null);
  const [text, setText] = useState(search.q ?? '');
  useEffect(() => setText(search.q ?? ''), [search.q]);
  useShortcuts({
    '/': () => {
      box.current?.focus();
      box.current?.select();
    },
  });
  return (
    <div className={classes.bar} role="toolbar" aria-label="Filter and order">
      {before}
      <TextInput
        ref={box}
        size="xs"
        className={classes.filter ?? ''}
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
        <Chips search={search} counts={counts} onSearch={onSearch} columns={columns} />
      </div>
      <span className={classes.spacer} />
      <NativeSelect
        size="xs"
        className={classes.sort ?? ''}
        aria-label="Sort"
        title="Order of the rows"
        value={search.sort ?? defaultSort}
        onChange={(event) => {
          const sort = event.currentTarget.value as Sort;
          onSearch({ ...noOrder, sort: sort === defaultSort ? undefined : sort });
        }}
        data={Object.entries(sortWord).map(([value, label]) => ({ value, label }))}
      />
      <ViewMenu search={search} onSearch={onSearch} />
      <PanelToggle />
    </div>
  );
});

/** By themselves: what can't be said to need attention is looked at with every change. */
function Chips({ search, counts, onSearch, columns }: Omit<ToolbarProps, 'before'>) {
  const { items, notKnown } = useAttention();
  // The release repo, a cluster, another pipeline's app: no row of this board, and yet never a calm 0.
  const elsewhere =
    columns === null
      ? []
      : items.filter(({ place }) => place.at !== 'cell' || !columns.includes(place.cell.environment));
  const also =
    elsewhere.length > 0 ? `In the overview: ${elsewhere.map(({ subject }) => subject).join(', ')}` : null;
  const numberOf = (chip: Chip): number | null => {
    if (counts === null) return null;
    if (chip !== 'attention') return counts[chip];
    const all = counts.attention + elsewhere.length;
    return all === 0 && notKnown !== null && columns !== null ? null : all;
  };
  const onChip = (chip: Chip): void => {
    onSearch({ only: search.only === chip ? undefined : chip });
    // All of it is listed in the overview.
    if (chip === 'attention' && search.only !== chip && elsewhere.length > 0)
      useUiState.setState({ selected: null, panelOpen: true });
  };
  return (Object.keys(chipWord) as Chip[]).map((chip) => {
    const number = numberOf(chip);
    return (
      <button
        key={chip}
        type="button"
        className={classes.chip}
        aria-pressed={search.only === chip}
        title={chip === 'attention' ? (also ?? notKnown ?? undefined) : undefined}
        onClick={() => onChip(chip)}
      >
        {chipWord[chip]}
        <span className={classes.count} data-some={number !== null && number > 0} data-chip={chip}>
          {number ?? '?'}
        </span>
      </button>
    );
  });
}

/** Brings the panel at the right back, or gives its room to the grid. */
function PanelToggle() {
  const open = useUiState((state) => state.panelOpen);
  const label = open ? 'Hide the details' : 'Show the details';
  return (
    <Tooltip label={`${label}${open ? ' (Esc)' : ''}`}>
      <ActionIcon
        aria-label="Details panel"
        aria-pressed={open}
        variant={open ? 'light' : 'subtle'}
        onClick={() => useUiState.setState({ panelOpen: !open })}
      >
        <IconLayoutSidebarRight size={17} aria-hidden />
      </ActionIcon>
    </Tooltip>
  );
}
