import { Modal, useComputedColorScheme } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { Command } from 'cmdk';
import { useDeferredValue, useEffect, useMemo, useState } from 'react';
import { count } from '../../shared/domain/text/count';
import { useAllBagPipelines, useBagPipelines } from '../data/bags-queries';
import { useBoardSettings } from '../data/board-settings';
import { useEstates } from '../data/estate-queries';
import { useFreezes } from '../data/freeze-queries';
import { useVersionSearch } from '../data/history-queries';
import { useBoard, useSaveSettings, useSession } from '../data/queries';
import type { useSwitchEstate } from '../ui/estate/use-switch';
import { linkTo } from '../ui/incident/attention-link';
import { useAttention } from '../ui/incident/use-attention';
import { rememberChoice, useUiState } from '../ui/layout/ui-state';
import { announce } from '../ui/text/announcer';
import { estateItems } from './estate-items';
import { freezeItems, typedFreeze } from './freeze-items';
import classes from './palette.module.css';
import { cellItems } from './palette-cell-items';
import { historyItems, paletteItems, recentFirst } from './palette-items';
import { lockItems, packItems, troubleItems, viewItems } from './palette-place-items';
import { rank } from './rank';

type Wish = ReturnType<typeof useSwitchEstate>['wish'];

/** Ctrl/⌘ K: reaches every app, screen and action. */
export function Palette({ wish }: { wish: Wish }) {
  const open = useUiState((state) => state.paletteOpen);
  const close = () => useUiState.setState({ paletteOpen: false });
  return (
    <Modal.Root
      opened={open}
      onClose={close}
      padding={0}
      size={560}
      yOffset="12vh"
      data-closing={!open || undefined}
    >
      <Modal.Overlay />
      <Modal.Content aria-label="Command palette">
        <Search onDone={close} wish={wish} />
      </Modal.Content>
    </Modal.Root>
  );
}

function Search({ onDone, wish }: { onDone: () => void; wish: Wish }) {
  const [query, setQuery] = useState('');
  const wanted = useDeferredValue(query);
  // A board on which much changes is searched anew when there is time for it.
  const board = useDeferredValue(useBoard().data);
  const practice = useSession().data?.mode === 'practice';
  const pipelines = useBagPipelines().data;
  const freezes = useFreezes().data;
  const estates = useEstates().data;
  const navigate = useNavigate();
  const save = useSaveSettings();
  const scheme = useComputedColorScheme('light');
  const { items: trouble } = useAttention();
  const bags = useAllBagPipelines().pipelines;
  const settings = useBoardSettings();
  const { selected, recentChoices } = useUiState.getState();
  const items = useMemo(
    () => [
      ...troubleItems(trouble, {
        openAll: () => void navigate({ to: '/', search: { only: 'attention' } }),
        openPlace: (place) => void navigate(linkTo(place)),
      }),
      ...paletteItems(board, practice, pipelines ?? [], {
        openApp: (app) => void navigate({ to: '/apps/$app', params: { app } }),
        openScreen: (to) => void navigate({ to }),
        openPipeline: (pipeline, view) =>
          void navigate({ to: '/pipelines/$pipeline', params: { pipeline }, search: { view } }),
        openBatch: (environment) => void navigate({ to: '/batch/$environment', params: { environment } }),
        toggleColours: () => save.mutate({ colourScheme: scheme === 'dark' ? 'light' : 'dark' }),
      }),
      ...viewItems(settings, {
        openView: ({ name: _name, density, ...filter }) => {
          settings.save({ density });
          void navigate({ to: '/', search: filter });
        },
        setDensity: (density) => settings.save({ density }),
      }),
      ...lockItems(board),
      ...packItems(bags),
      ...cellItems(board, selected),
    ],
    [board, practice, pipelines, bags, trouble, settings, selected, navigate, save.mutate, scheme],
  );
  const versions = useVersionSearch(wanted.trim()).data?.events;
  const found = useMemo(() => {
    const ofEstates = estateItems(estates, {
      open: ({ key, name }) => wish({ do: 'open', key, name }),
      openFile: () => wish({ do: 'open-file' }),
      connect: () => void navigate({ to: '/connect' }),
    });
    const all = [...items, ...freezeItems(freezes), ...ofEstates];
    if (wanted.trim() === '') {
      const pool = all.filter((item) => (item.weight ?? 0) >= 0);
      // What was chosen last may be something that is only found by typing.
      return recentFirst(rank(wanted, pool, 40), recentChoices, all);
    }
    const { versions: known, search } = historyItems(wanted, versions ?? [], {
      openVersion: (app, version) =>
        void navigate({ to: '/apps/$app/versions/$version', params: { app, version } }),
      searchHistory: (q) => void navigate({ to: '/history', search: { q } }),
    });
    const environments = board?.environments ?? [];
    const names = {
      apps: board?.apps ?? [],
      environments: environments.map(({ name }) => name),
      pipelines: [...environments.flatMap((one) => one.pipeline?.name ?? []), ...(pipelines ?? [])],
    };
    const freeze = typedFreeze(wanted, names, freezes);
    const pool = freeze.length > 0 ? all.filter(({ id }) => id !== 'freeze') : all;
    return [...freeze, ...known, ...rank(wanted, pool, 40), ...search];
  }, [wanted, items, versions, navigate, freezes, board, pipelines, recentChoices, estates, wish]);
  const [at, setAt] = useState('');
  // The best fit is what Enter takes, however the list has changed.
  const best = found[0]?.id ?? '';
  useEffect(() => setAt(best), [best]);
  useEffect(() => {
    if (wanted) announce(count(found.length, 'result'));
  }, [wanted, found.length]);

  return (
    <Command
      shouldFilter={false}
      label="Command palette"
      loop
      className={classes.palette}
      value={at}
      onValueChange={setAt}
    >
      <Command.Input
        data-autofocus
        autoFocus
        value={query}
        onValueChange={setQuery}
        placeholder="App, version, screen or action…"
        className={classes.input}
      />
      <Command.List className={classes.list} label="Results">
        <Command.Empty className={classes.empty}>No matches for “{query}”.</Command.Empty>
        {found.map((item) => (
          <Command.Item
            key={item.id}
            value={item.id}
            className={classes.item}
            onSelect={() => {
              onDone();
              rememberChoice(item.id);
              item.run();
            }}
          >
            <span className={classes.title}>{item.title}</span>
            <span className={classes.note}>{item.note}</span>
          </Command.Item>
        ))}
      </Command.List>
    </Command>
  );
}
