import { SegmentedControl } from '@mantine/core';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { useMemo } from 'react';
import type { BagPipelineView } from '../../../shared/domain/bags/view';
import { count } from '../../../shared/domain/text/count';
import { useBags } from '../../data/bags-queries';
import { FailurePanel } from '../../ui/finding/failure-panel';
import { Empty } from '../../ui/layout/panel';
import { BagDetailsPane } from './bag-details';
import { BagTable } from './bag-table';
import { Timeline } from './bag-timeline';
import classes from './bags-screen.module.css';
import { Legend } from './lane-glyph';
import type { BagsSearch } from './search';

const route = getRouteApi('/pipelines/$pipeline');

/** Every bag's way through the environments, as lanes or as a table, and beside it the bag that is looked at. */
export function TimelineView({ pipeline }: { pipeline: BagPipelineView }) {
  const search = route.useSearch();
  const navigate = useNavigate();
  const found = useBags(pipeline.pipeline);
  const rows = useMemo(() => [...(found.data?.bags ?? [])].sort((a, b) => a.bag - b.bag), [found.data]);
  const set = (change: Partial<BagsSearch>): void => {
    void navigate({
      to: '/pipelines/$pipeline',
      params: { pipeline: pipeline.pipeline },
      search: { ...search, ...change },
      replace: true,
    });
  };
  if (found.error) return <FailurePanel failure={found.error.failure} onRetry={() => void found.refetch()} />;
  if (found.isPending) return <p role="status">Loading bags…</p>;
  if (rows.length === 0)
    return <Empty title="No bags yet">Pack the first one from the running versions.</Empty>;
  const bag = search.bag ?? rows.at(-1)?.bag ?? null;
  const environment = search.environment ?? pipeline.stages[0]?.environment ?? '';
  return (
    <div className={classes.split}>
      <div className={classes.main}>
        <div className={classes.tools}>
          <SegmentedControl
            aria-label="Show as"
            value={search.as ?? 'lanes'}
            onChange={(value) => set({ as: value as 'lanes' | 'table' })}
            data={[
              { value: 'lanes', label: 'Lanes' },
              { value: 'table', label: 'Table' },
            ]}
          />
          {search.as !== 'table' && (
            <SegmentedControl
              aria-label="Spacing"
              value={search.spacing ?? 'sequence'}
              onChange={(value) => set({ spacing: value as 'sequence' | 'time' })}
              data={[
                { value: 'sequence', label: 'By number' },
                { value: 'time', label: 'By time' },
              ]}
            />
          )}
          <span className={classes.quiet}>{count(rows.length, 'bag')}</span>
          <span className={classes.spacer} />
          <Legend />
        </div>
        {search.as === 'table' ? (
          <BagTable
            rows={rows}
            environments={found.data.environments}
            selected={bag}
            onSelect={(next) => set({ bag: next, against: undefined })}
          />
        ) : (
          <Timeline
            rows={rows}
            environments={found.data.environments}
            spacing={search.spacing ?? 'sequence'}
            selected={{ bag, environment }}
            onSelect={(next) => set({ ...next, against: undefined })}
          />
        )}
      </div>
      <BagDetailsPane
        pipeline={pipeline}
        bag={bag}
        environment={environment}
        against={search.against}
        rows={rows}
        onEnvironment={(next) => set({ environment: next })}
        onAgainst={(next) => set({ against: next })}
      />
    </div>
  );
}
