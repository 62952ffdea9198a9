import { SegmentedControl, Switch } from '@mantine/core';
import { IconPackage } from '@tabler/icons-react';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { PolicyChange } from '../../../shared/domain/bags/policy';
import type { BagPipelineView } from '../../../shared/domain/bags/view';
import { useBagPipeline, useBagPipelines, useThisConsole } from '../../data/bags-queries';
import { useReadOnly } from '../../data/queries';
import { ActionButton } from '../../ui/action/action-button';
import { FailurePanel } from '../../ui/finding/failure-panel';
import { NotReadYet } from '../../ui/layout/not-read-yet';
import { openAction } from '../../ui/layout/ui-state';
import { FreshnessMark } from '../../ui/time/freshness-mark';
import { AutopilotDecisions } from './autopilot-decisions';
import classes from './bags-screen.module.css';
import { Packing } from './packing';
import { PeriodicTests } from './periodic-tests';
import { StageCard } from './stage-card';
import { TimelineView } from './timeline-view';

const route = getRouteApi('/pipelines/$pipeline');

/** A pipeline of bags: what runs where and what is next, the way of every bag, and the periodic tests. */
export function BagsScreen() {
  const { pipeline } = route.useParams();
  const search = route.useSearch();
  const { view = 'now' } = search;
  const navigate = useNavigate();
  const names = useBagPipelines().data ?? [];
  const found = useBagPipeline(pipeline);
  const data = found.data;
  return (
    <div className={classes.screen}>
      <header className={classes.head}>
        <h1>{pipeline}</h1>
        {names.length > 1 && (
          <SegmentedControl
            aria-label="Pipeline"
            data={names}
            value={pipeline}
            onChange={(name) =>
              void navigate({ to: '/pipelines/$pipeline', params: { pipeline: name }, search: { view } })
            }
          />
        )}
        <SegmentedControl
          aria-label="View"
          value={view}
          onChange={(value) =>
            void navigate({
              to: '/pipelines/$pipeline',
              params: { pipeline },
              search: { ...search, view: value as typeof view },
            })
          }
          data={[
            { value: 'now', label: 'Pipeline' },
            { value: 'timeline', label: 'Bag timeline' },
            { value: 'periodic', label: 'Periodic tests' },
          ]}
        />
        <span className={classes.spacer} />
        {data && <FreshnessMark value={data.ledger} />}
        {data && !isUnread(data) && <PackButton pipeline={data} />}
      </header>
      {found.error && <FailurePanel failure={found.error.failure} onRetry={() => void found.refetch()} />}
      {found.isPending && <p role="status">Loading the pipeline…</p>}
      {data && isUnread(data) && <NotReadYet what="Bags" />}
      {data && !isUnread(data) && view === 'now' && <Now pipeline={data} />}
      {data && !isUnread(data) && view === 'timeline' && <TimelineView pipeline={data} />}
      {data && !isUnread(data) && view === 'periodic' && <PeriodicTests pipeline={data} />}
    </div>
  );
}

/** Bags stand in the release repo, and it was never read. What a Concourse holds does not. */
const isUnread = (pipeline: BagPipelineView): boolean => pipeline.kind === 'bags' && pipeline.commit === null;

function PackButton({ pipeline }: { pipeline: BagPipelineView }) {
  const readOnlyBecause = useReadOnly();
  const first = pipeline.stages[0]?.environment ?? '';
  return (
    <ActionButton
      variant="default"
      leftSection={<IconPackage size={15} aria-hidden />}
      blocked={readOnlyBecause}
      onAction={() =>
        openAction({
          kind: 'pack-bag',
          pipeline: pipeline.pipeline,
          environment: first,
          source: 'running',
          contents: {},
          last: pipeline.lastBag ?? 0,
          force: false,
        })
      }
    >
      Pack a bag…
    </ActionButton>
  );
}

function Now({ pipeline }: { pipeline: BagPipelineView }) {
  return (
    <div className={classes.body}>
      {pipeline.problems.map((failure) => (
        <FailurePanel key={failure.message} failure={failure} />
      ))}
      {pipeline.kind === 'bags' ? <Automatic pipeline={pipeline} /> : <ByConcourse pipeline={pipeline} />}
      <ol className={classes.stages} aria-label="Environments">
        {pipeline.stages.map((stage) => (
          <StageCard key={stage.environment} pipeline={pipeline} stage={stage} />
        ))}
      </ol>
      <Packing pipeline={pipeline} />
      <AutopilotDecisions decisions={pipeline.decisions} />
    </div>
  );
}

/** What a Concourse does by itself: nothing of it is an autopilot of a console. */
function ByConcourse({ pipeline }: { pipeline: BagPipelineView }) {
  return (
    <section className={classes.automatic} aria-label="Automation">
      <div className={classes.switched}>
        <strong>Run by Concourse</strong>
        <span className={classes.why}>
          {pipeline.autopilot.why} {pipeline.packing.why}
        </span>
      </div>
    </section>
  );
}

/** The switches of the whole pipeline, for every console, and that of this one. */
function Automatic({ pipeline }: { pipeline: BagPipelineView }) {
  const mine = useThisConsole();
  const { autopilot, packing, stages } = pipeline;
  const first = stages[0];
  const waits = packing.on && first?.autopilot.on === false;
  return (
    <section className={classes.automatic} aria-label="Automation">
      <Switched
        name="Autopilot"
        value={autopilot}
        label="Switch autopilots"
        action={{ action: 'autopilot', environment: null, on: !autopilot.on }}
        pipeline={pipeline.pipeline}
      >
        <Switch
          label="This console runs it"
          checked={pipeline.thisConsole}
          disabled={mine.isPending}
          onChange={(event) => mine.mutate({ pipeline: pipeline.pipeline, on: event.currentTarget.checked })}
        />
      </Switched>
      <Switched
        name="Automatic packing"
        value={
          waits
            ? { ...packing, why: `${packing.why} Waiting: the autopilot is off in ${first?.environment}.` }
            : packing
        }
        label="Switch automatic packing"
        action={{ action: 'automatic-packing', on: !packing.on }}
        pipeline={pipeline.pipeline}
      />
      {mine.error && <FailurePanel failure={mine.error.failure} />}
    </section>
  );
}

/** What is done by itself or not, who said so, and the switch of it. */
function Switched(props: {
  name: string;
  value: BagPipelineView['packing'];
  /** What the switch does, without "on" or "off". */
  label: string;
  action: Extract<PolicyChange, { on: boolean }>;
  pipeline: string;
  children?: ReactNode;
}) {
  const { name, value, label, action, pipeline, children } = props;
  const readOnlyBecause = useReadOnly();
  const to = action.on ? 'on' : 'off';
  return (
    <div className={classes.switched}>
      <strong>
        {name} {value.on ? 'on' : 'off'}
      </strong>
      <span className={classes.why}>{value.why}</span>
      <span className={classes.spacer} />
      {children}
      <ActionButton
        variant="default"
        blocked={readOnlyBecause}
        onAction={() => openAction({ kind: 'change-policy', pipeline, change: action })}
      >
        {label} {to} for everyone…
      </ActionButton>
    </div>
  );
}
