import { ActionIcon, Button, Popover, SegmentedControl, Switch, TextInput } from '@mantine/core';
import { IconCheck, IconChevronDown, IconTrash } from '@tabler/icons-react';
import { type FormEvent, useId, useState } from 'react';
import {
  type Density,
  isShown,
  longestViewName,
  type SavedView,
  viewNameProblem,
  withView,
} from '../../../shared/domain/board/board-view';
import { useBoardSettings } from '../../data/board-settings';
import { FailurePanel } from '../../ui/finding/failure-panel';
import { useUiState } from '../../ui/layout/ui-state';
import { announce } from '../../ui/text/announcer';
import { type BoardSearch, searchOfView } from './search';
import classes from './view-menu.module.css';

interface ViewMenuProps {
  search: BoardSearch;
  onSearch: (change: Partial<BoardSearch>) => void;
}

/** How dense the board is, and its saved views: filter, order and density under a name. */
export function ViewMenu({ search, onSearch }: ViewMenuProps) {
  const [open, setOpen] = useState(false);
  const { density, views } = useBoardSettings();
  const shown = views.find((view) => isShown(view, search, density));
  return (
    <Popover
      opened={open}
      onChange={setOpen}
      position="bottom-end"
      width={300}
      trapFocus
      returnFocus
      withRoles={false}
      shadow="md"
    >
      <Popover.Target>
        <button
          type="button"
          className={classes.button}
          aria-haspopup="dialog"
          aria-expanded={open}
          title={shown ? `View: ${shown.name}` : 'Density and saved views'}
          onClick={() => setOpen(!open)}
        >
          <span>{shown ? shown.name : 'View'}</span>
          <IconChevronDown size={13} aria-hidden />
        </button>
      </Popover.Target>
      <Popover.Dropdown role="dialog" aria-label="View of the board" data-closing={!open || undefined}>
        <Panel search={search} onSearch={onSearch} onDone={() => setOpen(false)} />
      </Popover.Dropdown>
    </Popover>
  );
}

function Panel({ search, onSearch, onDone }: ViewMenuProps & { onDone: () => void }) {
  const { density, views, save, failure } = useBoardSettings();
  const timeBar = useUiState((state) => state.timeBarOpen);
  const label = useId();
  const show = (view: SavedView) => {
    save({ density: view.density });
    onSearch(searchOfView(view));
    announce(`View ${view.name}`);
    onDone();
  };
  return (
    <div className={classes.panel}>
      <div className={classes.row}>
        <span id={label}>Density</span>
        <SegmentedControl
          aria-labelledby={label}
          value={density}
          onChange={(value) => save({ density: value as Density })}
          data={[
            { value: 'comfortable', label: 'Comfortable' },
            { value: 'compact', label: 'Compact' },
          ]}
        />
      </div>
      {density === 'compact' && (
        <Switch
          size="xs"
          label="Show the time bar"
          checked={timeBar}
          onChange={(event) => useUiState.setState({ timeBarOpen: event.currentTarget.checked })}
        />
      )}
      <h3 className={classes.head}>Saved views</h3>
      {views.length === 0 && <p className={classes.quiet}>Keeps filter, order and density under a name.</p>}
      <ul className={classes.list}>
        {views.map((view) => (
          <li key={view.name} className={classes.row}>
            <button
              type="button"
              className={classes.view}
              aria-current={isShown(view, search, density) || undefined}
              onClick={() => show(view)}
            >
              <IconCheck
                size={14}
                aria-hidden
                style={{ visibility: isShown(view, search, density) ? 'visible' : 'hidden' }}
              />
              <span>{view.name}</span>
            </button>
            <ActionIcon
              aria-label={`Remove the view ${view.name}`}
              onClick={() => save({ views: views.filter((one) => one !== view) })}
            >
              <IconTrash size={14} aria-hidden />
            </ActionIcon>
          </li>
        ))}
      </ul>
      <SaveForm
        views={views}
        onSave={(name) => {
          const next = withView(views, { ...filterOf(search), name, density });
          if (next) save({ views: next });
        }}
      />
      {failure && <FailurePanel failure={failure} />}
    </div>
  );
}

/** What of the address a view keeps: not the moment. */
function filterOf({ at: _at, ...filter }: BoardSearch): Omit<SavedView, 'name' | 'density'> {
  return Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined));
}

function SaveForm({ views, onSave }: { views: readonly SavedView[]; onSave: (name: string) => void }) {
  const [name, setName] = useState('');
  const [problem, setProblem] = useState<string | null>(null);
  const taken = views.some((view) => view.name.toLowerCase() === name.trim().toLowerCase());
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const wrong =
      viewNameProblem(name) ??
      (withView(views, { name, density: 'compact' }) === null
        ? 'Remove a view first: the list is full'
        : null);
    setProblem(wrong);
    if (wrong !== null) return;
    onSave(name.trim());
    announce(`View ${name.trim()} saved`);
    setName('');
  };
  return (
    <form className={classes.form} onSubmit={submit}>
      <TextInput
        size="xs"
        label="Save what is shown now as"
        placeholder="Production, behind"
        maxLength={longestViewName}
        value={name}
        error={problem}
        onChange={(event) => {
          setName(event.currentTarget.value);
          setProblem(null);
        }}
      />
      <Button type="submit" size="xs" variant="default">
        {taken ? 'Replace' : 'Save'}
      </Button>
    </form>
  );
}
