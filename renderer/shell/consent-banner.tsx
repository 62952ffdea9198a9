import { Button } from '@mantine/core';
import { IconShieldQuestion } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { useConsents } from '../data/consent-queries';
import { ConsentDialog } from '../ui/consent/consent-dialog';
import { consentSubject, listed, waitingEnvironments } from '../ui/consent/consent-words';
import { announce } from '../ui/text/announcer';
import classes from './banner.module.css';

/** Says which environments wait for the person, since their kubeconfig would run something, and lets it be looked at. */
export function ConsentBanner() {
  const waiting = useConsents().data?.waiting ?? [];
  const [open, setOpen] = useState<string | null>(null);
  const [first] = waiting;
  const names = waitingEnvironments(waiting);
  const said = first && `${listed(names)} ${names.length === 1 ? 'is' : 'are'} waiting for your permission`;
  useEffect(() => {
    if (said) announce(said);
  }, [said]);
  const asked = waiting.find(({ hash }) => hash === open) ?? null;
  return (
    <>
      {first && (
        <div className={classes.banner} role="note" aria-label="Waiting for your permission">
          <IconShieldQuestion size={16} aria-hidden />
          <span>
            <strong>{said}.</strong> {consentSubject(first)}. Nothing runs or is sent until you allow it.
          </span>
          <Button variant="default" size="compact-xs" onClick={() => setOpen(first.hash)}>
            Review…
          </Button>
        </div>
      )}
      <ConsentDialog request={asked} onClose={() => setOpen(null)} />
    </>
  );
}
