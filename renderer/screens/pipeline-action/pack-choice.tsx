import { Checkbox, SegmentedControl } from '@mantine/core';
import { useEffect, useId, useState } from 'react';
import { shortVersion } from '../../../shared/domain/ledger/version';
import type { BagIntent } from '../../../shared/domain/operation/intent';
import { usePackPreview } from '../../data/bags-queries';
import { ComparisonView } from '../../ui/change/comparison-view';
import { FailurePanel } from '../../ui/finding/failure-panel';
import sheet from '../../ui/sheet/sheet.module.css';
import classes from './action-form.module.css';

type PackIntent = Extract<BagIntent, { kind: 'pack-bag' }>;

/** What would be packed, from what runs or from what was published, and how it differs from the last bag. */
export function PackChoice(props: {
  request: PackIntent;
  force: boolean;
  onForce: (force: boolean) => void;
  onChange: (request: PackIntent) => void;
}) {
  const { request, onChange } = props;
  const id = useId();
  const [source, setSource] = useState<PackIntent['source']>(request.source);
  const preview = usePackPreview({ pipeline: request.pipeline, source });
  const packed = preview.data;
  useEffect(() => {
    if (!packed || packed.source !== source) return;
    if (request.contents === packed.contents && request.last === packed.last) return;
    onChange({ ...request, source, contents: packed.contents, last: packed.last });
  }, [packed, source, request, onChange]);
  return (
    <>
      <section>
        <h3 className={sheet.heading} id={id}>
          Versions
        </h3>
        <SegmentedControl
          aria-labelledby={id}
          value={source}
          onChange={(value) => setSource(value as PackIntent['source'])}
          data={[
            { value: 'running', label: `running in ${request.environment}` },
            { value: 'published', label: 'newest published' },
          ]}
        />
      </section>
      {preview.isPending && <p role="status">Loading versions…</p>}
      {preview.error && (
        <FailurePanel failure={preview.error.failure} onRetry={() => void preview.refetch()} />
      )}
      {packed && (
        <>
          <section>
            <h3 className={sheet.heading}>In bag {packed.bag}</h3>
            <table className={classes.table}>
              <tbody>
                {packed.services.map(({ service, version, why, blocked }) => (
                  <tr key={service} data-blocked={blocked || undefined}>
                    <th scope="row">{service}</th>
                    <td className="mono">{version === null ? 'no version' : shortVersion(version)}</td>
                    <td>{why}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </section>
          <section>
            <h3 className={sheet.heading}>
              {packed.last === 0 ? 'This is the first bag' : `Changes since bag ${packed.last}`}
            </h3>
            <ComparisonView comparison={packed.difference} />
          </section>
          {!packed.differs && (
            <Checkbox
              checked={props.force}
              onChange={(event) => props.onForce(event.currentTarget.checked)}
              label="Pack it anyway, with no changes"
            />
          )}
        </>
      )}
    </>
  );
}
