import { Checkbox, SegmentedControl } from '@mantine/core';
import { useId, useState } from 'react';
import type {
  ApplicationDetail,
  ApplicationResource,
} from '../../../shared/domain/rollout/application-detail';
import { count } from '../../../shared/domain/text/count';
import { ActionDialog } from '../action/action-dialog';
import classes from './sync-dialog.module.css';
import { idOf, type SyncChoice, syncSentences } from './sync-sentences';

interface SyncDialogProps {
  application: ApplicationDetail;
  environment: string;
  care: string | null;
  blocked: string | null;
  opened: boolean;
  onClose: () => void;
}

/** As many as the main process takes at once. */
const mostResources = 200;

/** A sync with options that a person chooses, and what it will do, in words, before it is asked for. */
export function SyncDialog({ application, environment, care, blocked, ...dialog }: SyncDialogProps) {
  const { name, autoSync, resources } = application;
  const [choice, setChoice] = useState<SyncChoice | null>(null);
  const now = choice ?? { prune: autoSync.prune, dryRun: false, chosen: null };
  // Hooks are run, not applied: they cannot be chosen.
  const choices = resources.filter((one) => !one.hook);
  const chosen = now.chosen === null ? [] : choices.filter((one) => now.chosen?.has(idOf(one)));
  const because =
    now.chosen === null
      ? null
      : chosen.length === 0
        ? 'Select at least one resource.'
        : chosen.length > mostResources
          ? `At most ${mostResources} resources can be selected; sync all of them instead.`
          : null;
  return (
    <ActionDialog
      {...dialog}
      onClose={() => {
        setChoice(null);
        dialog.onClose();
      }}
      action={`${now.dryRun ? 'Dry-run a sync of' : 'Sync'} ${name} in ${environment}`}
      meaning={
        <div className={classes.body}>
          <Checkbox
            label="Prune: delete resources that are no longer in Git"
            checked={now.prune}
            onChange={(event) => setChoice({ ...now, prune: event.currentTarget.checked })}
          />
          <Checkbox
            label="Dry run: show what would change, without changing anything"
            checked={now.dryRun}
            onChange={(event) => setChoice({ ...now, dryRun: event.currentTarget.checked })}
          />
          <Resources
            resources={choices}
            chosen={now.chosen}
            onChoose={(some) => setChoice({ ...now, chosen: some })}
          />
          <div className={classes.meaning}>
            {syncSentences(application, now, chosen).map((sentence) => (
              <p key={sentence}>{sentence}</p>
            ))}
          </div>
        </div>
      }
      care={now.dryRun ? null : care}
      blocked={blocked ?? because}
      request={{
        name: 'application.sync',
        input: {
          environment,
          application: name,
          prune: now.prune,
          dryRun: now.dryRun,
          resources: chosen.map(({ group, kind, namespace, name: resource }) => ({
            group,
            kind,
            namespace,
            name: resource,
          })),
        },
      }}
    />
  );
}

/** All of them, or a list to choose from: what differs first. */
function Resources(props: {
  resources: readonly ApplicationResource[];
  chosen: ReadonlySet<string> | null;
  onChoose: (chosen: ReadonlySet<string> | null) => void;
}) {
  const { resources, chosen, onChoose } = props;
  const id = useId();
  const sorted = resources.toSorted(
    (a, b) =>
      Number(b.sync === 'OutOfSync') - Number(a.sync === 'OutOfSync') ||
      a.kind.localeCompare(b.kind) ||
      a.name.localeCompare(b.name),
  );
  const differing = sorted.filter(({ sync }) => sync === 'OutOfSync').map(idOf);
  return (
    <div>
      <p id={id} className={classes.label}>
        Resources
      </p>
      <SegmentedControl
        aria-labelledby={id}
        data={[
          { value: 'all', label: 'All' },
          { value: 'chosen', label: 'Only selected' },
        ]}
        value={chosen === null ? 'all' : 'chosen'}
        onChange={(value) => onChoose(value === 'all' ? null : new Set(differing))}
      />
      {chosen !== null && (
        <fieldset className={classes.resources}>
          <legend className="visually-hidden">Selected resources, {count(chosen.size, 'resource')}</legend>
          {sorted.map((resource) => (
            <Checkbox
              key={idOf(resource)}
              size="xs"
              label={
                <>
                  <span className="mono">
                    {resource.kind}/{resource.name}
                  </span>
                  {resource.sync === 'OutOfSync' && <span className={classes.quiet}> out of sync</span>}
                </>
              }
              checked={chosen.has(idOf(resource))}
              onChange={(event) => {
                const next = new Set(chosen);
                if (event.currentTarget.checked) next.add(idOf(resource));
                else next.delete(idOf(resource));
                onChoose(next);
              }}
            />
          ))}
        </fieldset>
      )}
    </div>
  );
}
