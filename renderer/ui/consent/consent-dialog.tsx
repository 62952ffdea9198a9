import { Button, Modal } from '@mantine/core';
import type { WaitingConsent } from '../../../shared/domain/estate/consent';
import { useAnswerConsent } from '../../data/consent-queries';
import { FailurePanel } from '../finding/failure-panel';
import { announce } from '../text/announcer';
import { dateTime } from '../time/time';
import classes from './consent.module.css';
import { ConsentDetails } from './consent-details';
import { consentSubject, listed } from './consent-words';

/** Asks whether a kubeconfig may do what it demands. `null`: nothing is asked. */
export function ConsentDialog({ request, onClose }: { request: WaitingConsent | null; onClose: () => void }) {
  return (
    <Modal
      opened={request !== null}
      onClose={onClose}
      title={request?.command === null ? 'Allow this kubeconfig to send a file?' : 'Allow this command?'}
      size="lg"
      centered
    >
      {request && <Question request={request} onClose={onClose} />}
    </Modal>
  );
}

function Question({ request, onClose }: { request: WaitingConsent; onClose: () => void }) {
  const answer = useAnswerConsent();
  const environments = listed(request.environments);
  const allow = () =>
    answer.mutate(
      { hash: request.hash, allow: true },
      {
        onSuccess: () => {
          announce(`Allowed. Connecting to ${environments}.`);
          onClose();
        },
      },
    );
  return (
    <div className={classes.body}>
      <p>
        {consentSubject(request)} to log in to <strong>{environments}</strong>.{' '}
        {request.command !== null && 'It runs with the full permissions of your user account.'}
      </p>
      <ConsentDetails request={request} />
      {request.changedSince !== null && (
        <p className={classes.care} role="note">
          This has changed since you allowed this context on {dateTime(request.changedSince)}.
        </p>
      )}
      <p>
        Allow it only if you know where it comes from. Signalbox asks again if any of it changes. You can
        withdraw permission in Settings.
      </p>
      <div className={classes.buttons}>
        {/* The safe answer has the focus. */}
        <Button variant="default" size="sm" onClick={onClose} data-autofocus>
          Not now
        </Button>
        <Button size="sm" loading={answer.isPending} onClick={allow}>
          Allow and connect
        </Button>
      </div>
      {answer.error && <FailurePanel failure={answer.error.failure} />}
    </div>
  );
}
