import type { PolicyChange } from '../../../shared/domain/bags/policy';
import type { BagDetails, BagPipelineView } from '../../../shared/domain/bags/view';
import { shortVersion } from '../../../shared/domain/ledger/version';
import { count } from '../../../shared/domain/text/count';
import { useReadOnly } from '../../data/queries';
import { ActionButton } from '../../ui/action/action-button';
import { openAction } from '../../ui/layout/ui-state';
import classes from './bags-screen.module.css';

/** The versions that it holds, each with what may be done about it. */
export function BagContents({ pipeline, details }: { pipeline: BagPipelineView; details: BagDetails }) {
  return (
    <>
      <details className={classes.fold}>
        <summary>Contents ({count(Object.keys(details.services).length, 'service')})</summary>
        <table className={`${classes.table} ${classes.holds}`}>
          <tbody>
            {Object.entries(details.services).map(([service, { version, digest }]) => (
              <tr key={service}>
                <th scope="row">
                  {service}
                  <span className={classes.digest} title={digest}>
                    {digest ? digest.slice(0, 19) : 'digest unknown'}
                  </span>
                </th>
                <td className="mono">{shortVersion(version)}</td>
                <td className={classes.right}>
                  {pipeline.kind === 'bags' && (
                    <VersionActions pipeline={pipeline} service={service} version={version} />
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </details>
      {details.lacking.length > 0 && (
        <p className={classes.warn}>Missing services: {details.lacking.join(', ')}.</p>
      )}
    </>
  );
}

/** Pins the version for the bags to come, or keeps it out of them; what is there already is taken away. */
function VersionActions(props: { pipeline: BagPipelineView; service: string; version: string }) {
  const { pipeline, service, version } = props;
  const readOnlyBecause = useReadOnly();
  const is = (one: { service: string; version: string }): boolean =>
    one.service === service && one.version === version;
  const pinned = pipeline.servicePins.some(is);
  const bad = pipeline.badVersions.some(is);
  const named = `${service} ${shortVersion(version)}`;
  const button = (text: string, label: string, change: PolicyChange) => (
    <ActionButton
      variant="subtle"
      size="compact-xs"
      h={24}
      blocked={readOnlyBecause}
      label={label}
      onAction={() => openAction({ kind: 'change-policy', pipeline: pipeline.pipeline, change })}
    >
      {text}
    </ActionButton>
  );
  return (
    <>
      {pinned
        ? button('Unpin…', `Unpin ${named} at packing`, { action: 'unpin-service', service })
        : button('Pin…', `Pin ${named} at packing`, { action: 'pin-service', service, version })}
      {bad
        ? button('Clear…', `Clear the bad mark on ${named}`, { action: 'clear-version', service, version })
        : button('Bad…', `Mark ${named} bad at packing`, { action: 'mark-version-bad', service, version })}
    </>
  );
}
