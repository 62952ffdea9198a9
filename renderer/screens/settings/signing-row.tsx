import { Button, Switch } from '@mantine/core';
import type { OutputOf } from '../../../shared/contract/contract';
import { useTestSigning } from '../../data/queries';
import { FailurePanel } from '../../ui/finding/failure-panel';
import classes from './settings-screen.module.css';

interface SigningRowProps {
  signs: boolean;
  onChange: (signs: boolean) => void;
}

const kinds = { openpgp: 'GPG', ssh: 'SSH', x509: 'X.509' } as const;

const signedText = ({ format, key }: OutputOf<'settings.test-signing'>): string =>
  `Signing works: ${kinds[format]}, ${key === null ? 'with the key that Git finds for your email' : `key ${key}`}.`;

/** Whether commits are signed, as the person's own Git signs; and a try of it, before an incident needs it. */
export function SigningRow({ signs, onChange }: SigningRowProps) {
  const test = useTestSigning();
  return (
    <>
      <div className={classes.row}>
        <div>
          <p>Sign commits</p>
          <p className={classes.quiet}>
            With your SSH or GPG key, as your Git settings say (user.signingkey, gpg.format). While this is
            on, Signalbox never pushes an unsigned commit.
          </p>
          {test.data && <p role="status">{signedText(test.data)}</p>}
        </div>
        <div className={classes.choices}>
          <Button size="xs" variant="default" loading={test.isPending} onClick={() => test.mutate()}>
            Test signing
          </Button>
          <Switch
            aria-label="Sign commits"
            checked={signs}
            onChange={(event) => onChange(event.currentTarget.checked)}
          />
        </div>
      </div>
      {test.error && <FailurePanel failure={test.error.failure} onRetry={() => test.mutate()} />}
    </>
  );
}
