import { Button } from '@mantine/core';
import { IconArrowRight } from '@tabler/icons-react';
import { Version } from '../../ui/change/version';
import type { Draft } from './deploy-draft';
import classes from './versions.module.css';

interface VersionsProps {
  draft: Draft;
  current: string | null;
  /** Where a promotion comes from. */
  from: string | null;
  onChange: (() => void) | null;
}

/** Current → incoming, with where the incoming one comes from. */
export function Versions({ draft, current, from, onChange }: VersionsProps) {
  const isBack = draft.request.kind === 'rollback' || draft.request.kind === 'emergency-rollback';
  const source = from ? `New, from ${from}` : isBack ? 'Earlier version' : 'New';
  return (
    <section className={classes.versions} aria-label="Current and new version">
      <div>
        <span className={classes.caption}>
          {draft.request.kind === 'reconcile'
            ? 'Git wants now'
            : draft.environment
              ? `Current in ${draft.environment}`
              : 'Current'}
        </span>
        <span className={classes.version}>
          <Version value={draft.environment ? current : null} strong />
        </span>
      </div>
      <IconArrowRight size={18} aria-label="becomes" />
      <div>
        <span className={classes.caption}>{source}</span>
        <span className={classes.version}>
          <Version value={draft.version} strong />
        </span>
      </div>
      {onChange && (
        <Button variant="default" onClick={onChange} className={classes.other ?? ''}>
          Change version
        </Button>
      )}
    </section>
  );
}
