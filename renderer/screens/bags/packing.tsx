import { IconBan, IconPin } from '@tabler/icons-react';
import type { PolicyChange } from '../../../shared/domain/bags/policy';
import type { BagPipelineView } from '../../../shared/domain/bags/view';
import { shortVersion } from '../../../shared/domain/ledger/version';
import { useReadOnly } from '../../data/queries';
import { ActionButton } from '../../ui/action/action-button';
import { Mark } from '../../ui/layout/mark';
import { Panel } from '../../ui/layout/panel';
import { openAction } from '../../ui/layout/ui-state';
import { ago, fullTime } from '../../ui/time/time';
import { useNow } from '../../ui/time/use-now';
import classes from './bags-screen.module.css';

/** Services whose version is pinned or marked bad for the bags to come. Nothing is shown while there are none. */
export function Packing({ pipeline }: { pipeline: BagPipelineView }) {
  const now = useNow('calm');
  const readOnlyBecause = useReadOnly();
  const { servicePins, badVersions } = pipeline;
  if (servicePins.length + badVersions.length === 0) return null;
  const change = (what: PolicyChange): void =>
    openAction({ kind: 'change-policy', pipeline: pipeline.pipeline, change: what });
  const rows = [
    ...servicePins.map((one) => ({
      ...one,
      key: `pin ${one.service}`,
      mark: <Mark icon={IconPin} tone="hold" label="pinned" badge />,
      action: 'Unpin…',
      what: { action: 'unpin-service', service: one.service } as const,
    })),
    ...badVersions.map((one) => ({
      ...one,
      key: `bad ${one.service} ${one.version}`,
      mark: <Mark icon={IconBan} tone="bad" label="bad" badge />,
      action: 'Clear…',
      what: { action: 'clear-version', service: one.service, version: one.version } as const,
    })),
  ];
  return (
    <Panel title="Pins and bad marks for packing">
      <table className={classes.table}>
        <tbody>
          {rows.map(({ key, mark, service, version, by, at, reason, action, what }) => (
            <tr key={key}>
              <th scope="row">{service}</th>
              <td className="mono">{shortVersion(version)}</td>
              <td>{mark}</td>
              <td title={fullTime(at)}>
                {by}, {ago(at, now)}
                {reason && `: “${reason}”`}
              </td>
              <td className={classes.right}>
                <ActionButton
                  variant="default"
                  size="compact-sm"
                  blocked={readOnlyBecause}
                  onAction={() => change(what)}
                  label={`${action.slice(0, -1)} ${service}`}
                >
                  {action}
                </ActionButton>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Panel>
  );
}
