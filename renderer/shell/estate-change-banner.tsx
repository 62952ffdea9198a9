import { Button } from '@mantine/core';
import { IconFileAlert, IconFileDiff } from '@tabler/icons-react';
import { useState } from 'react';
import { useAcceptEstateChange, useEstates } from '../data/estate-queries';
import { FailurePanel } from '../ui/finding/failure-panel';
import classes from './banner.module.css';

/** Says what became of a change of the estate file that was not simply taken up. */
export function EstateChangeBanner() {
  const change = useEstates().data?.change ?? null;
  const accept = useAcceptEstateChange();
  const [open, setOpen] = useState(false);
  if (!change) return null;
  if (change.state === 'waits')
    return (
      <div className={classes.banner} role="note" aria-label="Estate file">
        <IconFileDiff size={16} aria-hidden />
        <span className={classes.text}>
          <strong>The estate file changed.</strong> It will be applied after this: {change.because}.
        </span>
      </div>
    );
  if (change.state === 'broken')
    return (
      <>
        <div className={classes.banner} role="note" aria-label="Estate file">
          <IconFileAlert size={16} aria-hidden />
          <span className={classes.text}>
            <strong>The estate file changed and can’t be read.</strong> {change.failure.message}. What was
            read before still holds.
          </span>
          <Button variant="default" size="compact-xs" onClick={() => setOpen(!open)} aria-expanded={open}>
            {open ? 'Hide details' : 'Details'}
          </Button>
        </div>
        {open && <FailurePanel failure={change.failure} />}
      </>
    );
  const named = [
    ...change.hosts.map((host) => `connects to ${host}`),
    ...change.commands.map((command) => `logs in inside of: ${command}`),
  ];
  return (
    <>
      <div className={classes.banner} role="note" aria-label="Estate file">
        <IconFileDiff size={16} aria-hidden />
        <div className={classes.text}>
          <p>
            <strong>The estate file changed. With it, this computer would do something new:</strong> it{' '}
            {named.join('; it ')}. Nothing of it happens before you allow it.
          </p>
        </div>
        <Button
          variant="default"
          size="compact-xs"
          loading={accept.isPending}
          onClick={() => accept.mutate({ hosts: change.hosts, commands: change.commands })}
        >
          Allow and apply
        </Button>
      </div>
      {accept.error && <FailurePanel failure={accept.error.failure} />}
    </>
  );
}
