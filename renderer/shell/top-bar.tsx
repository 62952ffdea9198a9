import { Kbd, UnstyledButton } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import type { Board } from '../../shared/domain/board/board';
import { type Freshness, worstFreshness } from '../../shared/domain/board/freshness';
import { useBoardFrame, useSession } from '../data/queries';
import type { useSwitchEstate } from '../ui/estate/use-switch';
import { Logo } from '../ui/layout/logo';
import { useUiState } from '../ui/layout/ui-state';
import { FreshnessMark } from '../ui/time/freshness-mark';
import { EstateMenu } from './estate-menu';
import classes from './top-bar.module.css';

/** The estate, its mode, and how fresh everything on screen is. */
export function TopBar({ wish }: Pick<ReturnType<typeof useSwitchEstate>, 'wish'>) {
  const session = useSession().data;
  const board = useBoardFrame().data;
  return (
    <header className={classes.bar}>
      <span className={classes.name}>
        <Logo className={classes.logo} />
        <EstateMenu wish={wish} />
      </span>
      <UnstyledButton
        className={classes.search}
        onClick={() => useUiState.setState({ paletteOpen: true })}
        aria-keyshortcuts="Control+K Meta+K"
      >
        <IconSearch size={14} aria-hidden />
        <span>Find an app or an action</span>
        <Kbd size="xs">Ctrl K</Kbd>
      </UnstyledButton>
      <ul className={classes.freshness} aria-label="Freshness">
        {session && (
          <li>
            <FreshnessMark name="Release repo" value={session.ledger.freshness} />
          </li>
        )}
        {board &&
          sourcesOf(board).map(({ name, value }) => (
            <li key={name}>
              <Link
                to="/clusters"
                search={board.environments.some((each) => each.name === name) ? { environment: name } : {}}
                className={classes.source}
              >
                <FreshnessMark name={name} value={value} />
              </Link>
            </li>
          ))}
      </ul>
    </header>
  );
}

/**
 * The clusters: one mark each where there is one pipeline. Of several pipelines each has one mark, until one of its
 * clusters is away; what waits for the person in all of them is said once.
 */
function sourcesOf(board: Pick<Board, 'environments'>): { name: string; value: Freshness }[] {
  const clusters = board.environments.map(({ name, cluster, pipeline }) => ({
    name,
    value: cluster,
    pipeline: pipeline?.name ?? 'others',
  }));
  const pipelines = [...new Set(clusters.map(({ pipeline }) => pipeline))];
  if (pipelines.length < 2) return clusters;
  return pipelines.flatMap((pipeline) => {
    const own = clusters.filter((one) => one.pipeline === pipeline);
    const isAway = own.some(({ value }) => value.state === 'unreachable');
    if (isAway && !waitForPersonAlike(own.map(({ value }) => value))) return own;
    return [{ name: pipeline, value: worstFreshness(own.map(({ value }) => value)) }];
  });
}

/** Whether all of them wait for one and the same of the person: to be allowed, or to be signed in to. */
function waitForPersonAlike(all: readonly Freshness[]): boolean {
  const codes = new Set(all.map((one) => (one.state === 'unreachable' ? one.failure.code : null)));
  return codes.size === 1 && (codes.has('consent-needed') || codes.has('signed-out'));
}
