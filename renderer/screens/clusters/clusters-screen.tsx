import { getRouteApi } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import type { EnvironmentView } from '../../../shared/domain/board/board';
import { useBoard } from '../../data/queries';
import { Empty } from '../../ui/layout/panel';
import { ClusterCard } from './cluster-card';
import classes from './clusters-screen.module.css';

const route = getRouteApi('/clusters');

/** Every environment's cluster: how it is reached, what is seen of it, and what one may do there. */
export function ClustersScreen() {
  const board = useBoard().data;
  const { environment } = route.useSearch();
  return (
    <div className={classes.screen}>
      <header className={classes.head}>
        <h1>Clusters</h1>
        <p>The clusters that Signalbox watches, how fresh their data is, and your permissions in them.</p>
      </header>
      {!board && <p role="status">Loading the estate…</p>}
      {board?.environments.length === 0 && (
        <Empty title="No environments">The estate file defines none.</Empty>
      )}
      <div className={classes.list}>
        {board?.environments.map((each) => (
          <Placed key={each.name} environment={each} wanted={each.name === environment} />
        ))}
      </div>
    </div>
  );
}

/** A card that comes into sight and takes the focus when it is the one that was asked for. */
function Placed({ environment, wanted }: { environment: EnvironmentView; wanted: boolean }) {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!wanted) return;
    place.current?.scrollIntoView({ block: 'nearest' });
    place.current?.focus({ preventScroll: true });
  }, [wanted]);
  return (
    <div ref={place} tabIndex={-1} className={classes.place} data-wanted={wanted || undefined}>
      <ClusterCard environment={environment} />
    </div>
  );
}
