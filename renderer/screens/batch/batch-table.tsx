import { Checkbox } from '@mantine/core';
import {
  IconAlertTriangle,
  IconChevronDown,
  IconChevronRight,
  IconCircleCheck,
  IconCircleX,
  IconHelpCircle,
  IconLoader2,
} from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { Fragment, useState } from 'react';
import type { BatchCandidate } from '../../../shared/domain/batch/batch-candidates';
import { type BatchChecks, keptOut } from '../../../shared/domain/batch/batch-draft';
import { obstaclesOf } from '../../../shared/domain/preflight/obstacles';
import { count } from '../../../shared/domain/text/count';
import { ChangeSummary, ChangeView } from '../../ui/change/change-view';
import { Version } from '../../ui/change/version';
import { FindingList } from '../../ui/finding/finding-list';
import { Mark } from '../../ui/layout/mark';
import classes from './batch-screen.module.css';
import type { Batch } from './use-batch';
import type { BatchCheck } from './use-batch-checks';

/** The apps, each with what it would bring and what its checks found; a row opens to show all of both. */
export function BatchTable({ candidates, batch }: { candidates: readonly BatchCandidate[]; batch: Batch }) {
  const chosen = batch.chosen.length;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so keys must be able to reach it
    <section className={classes.scroll} aria-label="Apps" tabIndex={0}>
      <table className={classes.table}>
        <thead>
          <tr>
            <th scope="col">
              <Checkbox
                size="xs"
                aria-label="All apps"
                checked={chosen === candidates.length}
                indeterminate={chosen > 0 && chosen < candidates.length}
                onChange={(event) => batch.choose(candidates, event.currentTarget.checked)}
              />
            </th>
            <th scope="col">App</th>
            <th scope="col">Current → New</th>
            <th scope="col">Changes</th>
            <th scope="col">Checks</th>
          </tr>
        </thead>
        <tbody>
          {candidates.map((one) => (
            <Row key={one.app} candidate={one} batch={batch} />
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Row({ candidate, batch }: { candidate: BatchCandidate; batch: Batch }) {
  const [open, setOpen] = useState(false);
  const { app, current, version, why } = candidate;
  const check = batch.isChosen(candidate) ? batch.checks.get(app) : undefined;
  const Chevron = open ? IconChevronDown : IconChevronRight;
  return (
    <Fragment>
      <tr data-off={check === undefined || undefined}>
        <td>
          <Checkbox
            size="xs"
            aria-label={app}
            checked={batch.isChosen(candidate)}
            onChange={(event) => batch.choose([candidate], event.currentTarget.checked)}
          />
        </td>
        <th scope="row">
          <Link to="/apps/$app" params={{ app }} search={{ environment: candidate.environment }}>
            {app}
          </Link>
        </th>
        <td className={classes.versions}>
          <Version value={current} /> → <Version value={version} strong />
        </td>
        <td>
          {check?.preview ? <ChangeSummary change={check.preview.change} /> : null}
          {why && <p className={classes.quiet}>{why}</p>}
        </td>
        <td className={classes.checks}>
          {check ? (
            <button
              type="button"
              className={classes.open}
              aria-expanded={open}
              onClick={() => setOpen(!open)}
            >
              <Chevron size={14} aria-hidden />
              <ChecksMark value={check.checks} />
              <span className="visually-hidden"> of {app}</span>
            </button>
          ) : (
            <span className={classes.quiet}>Not chosen</span>
          )}
        </td>
      </tr>
      {open && check && (
        <tr>
          <td />
          <td colSpan={4}>
            <Details app={app} check={check} />
          </td>
        </tr>
      )}
    </Fragment>
  );
}

function Details({ app, check: { checks, preview } }: { app: string; check: BatchCheck }) {
  return (
    <div className={classes.details}>
      <h2 className="visually-hidden">{app}</h2>
      <div>
        <h3>Checks</h3>
        {checks.state === 'done' ? (
          <FindingList findings={checks.findings} />
        ) : (
          <p className={classes.quiet}>
            {checks.state === 'failed' ? 'The checks could not run.' : 'Checking…'}
          </p>
        )}
      </div>
      <div>
        <h3>Changes</h3>
        {preview && <ChangeView change={preview.change} />}
      </div>
    </div>
  );
}

/** What the checks of one app come to, in two words. */
function ChecksMark({ value }: { value: BatchChecks }) {
  if (value.state === 'checking') return <Mark icon={IconLoader2} tone="accent" turning label="Checking" />;
  if (value.state === 'failed') return <Mark icon={IconHelpCircle} tone="warn" label="Could not run" />;
  if (keptOut(value.findings) !== null) return <Mark icon={IconCircleX} tone="bad" label="Blocked" />;
  const obstacles = obstaclesOf(value.findings).length;
  return obstacles > 0 ? (
    <Mark icon={IconAlertTriangle} tone="warn" label={count(obstacles, 'finding')} />
  ) : (
    <Mark icon={IconCircleCheck} tone="ok" label="OK" />
  );
}
