import { NativeSelect, SegmentedControl } from '@mantine/core';
import type { EnvironmentView } from '../../../shared/domain/board/board';
import { useUiState } from '../../ui/layout/ui-state';
import classes from './pipeline-bar.module.css';

interface PipelineBarProps {
  /** Names of all pipelines of the estate; `null` stands for environments that are in none. */
  pipelines: readonly (string | null)[];
  pipeline: string | null;
  kind: NonNullable<EnvironmentView['pipeline']>['kind'] | null;
  onPipeline: (name: string | undefined) => void;
  /** One small field, in a line with others. */
  compact?: boolean;
}

const kindWords = {
  apps: 'Each app is deployed and promoted on its own.',
  bags: 'Services are packed into bags, then deployed and tested together.',
  concourse: 'Services are packed into bags, then deployed and tested together.',
};

/** Which pipeline the board shows: one at a time. Nothing where the estate has only one. */
export function PipelineBar({ pipelines, pipeline, kind, onPipeline, compact = false }: PipelineBarProps) {
  if (pipelines.length < 2) return null;
  const data = pipelines.map((name) => ({ value: name ?? '', label: name ?? 'Others' }));
  const words = kind ? kindWords[kind] : 'These environments are not in a pipeline.';
  const choose = (value: string) => {
    // What is selected lies in another pipeline.
    useUiState.setState({ selected: null });
    onPipeline(value === (pipelines[0] ?? '') ? undefined : value);
  };
  if (compact)
    return (
      <NativeSelect
        size="xs"
        className={classes.small ?? ''}
        aria-label="Pipeline"
        title={words}
        value={pipeline ?? ''}
        onChange={(event) => choose(event.currentTarget.value)}
        data={data}
      />
    );
  return (
    <div className={classes.bar}>
      <SegmentedControl aria-label="Pipeline" value={pipeline ?? ''} onChange={choose} data={data} />
      <span className={classes.word} title={words}>
        {words}
      </span>
    </div>
  );
}
