import { Button } from '@mantine/core';
import { useState } from 'react';
import { useAnswerConsent, useConsents } from '../../data/consent-queries';
import { ConsentDetails } from '../../ui/consent/consent-details';
import { ConsentDialog } from '../../ui/consent/consent-dialog';
import { consentSubject, listed } from '../../ui/consent/consent-words';
import { FailurePanel } from '../../ui/finding/failure-panel';
import { Panel } from '../../ui/layout/panel';
import { dateTime } from '../../ui/time/time';
import classes from './settings-screen.module.css';

/** What kubeconfigs may run: what waits for an answer, and what was allowed, to be withdrawn. */
export function ConsentsPanel() {
  const { data } = useConsents();
  const answer = useAnswerConsent();
  const [open, setOpen] = useState<string | null>(null);
  if (!data || data.waiting.length + data.given.length === 0) return null;
  return (
    <Panel title="Login permissions">
      {data.waiting.map((request) => (
        <div key={request.hash} className={classes.notice}>
          <p>
            <strong>{listed(request.environments)}:</strong> waiting for your permission.{' '}
            {consentSubject(request)}.
          </p>
          <Button variant="default" size="compact-xs" onClick={() => setOpen(request.hash)}>
            Review…
          </Button>
        </div>
      ))}
      {data.given.map((given) => (
        <article key={given.hash} className={classes.consent}>
          <ConsentDetails request={given} />
          <div className={classes.choices}>
            <Button
              size="xs"
              variant="default"
              aria-label={`Withdraw the permission for ${given.context}`}
              onClick={() => answer.mutate({ hash: given.hash, allow: false })}
            >
              Withdraw
            </Button>
            <p className={classes.quiet}>Allowed on {dateTime(given.at)}</p>
          </div>
        </article>
      ))}
      {answer.error && <FailurePanel failure={answer.error.failure} />}
      <ConsentDialog
        request={data.waiting.find(({ hash }) => hash === open) ?? null}
        onClose={() => setOpen(null)}
      />
    </Panel>
  );
}
