import { Button, Select } from '@mantine/core';
import { useState } from 'react';
import type { PracticeRights } from '../../../shared/domain/practice/rights';
import { ActionButton } from '../../ui/action/action-button';
import { Panel } from '../../ui/layout/panel';
import type { PracticeAction } from './practice-action';
import classes from './practice-screen.module.css';

const profiles: { value: PracticeRights; label: string; means: string }[] = [
  {
    value: 'everything',
    label: 'Everything',
    means: 'You may push to main, and read and change all of Argo.',
  },
  {
    value: 'govuk',
    label: 'As at GOV.UK',
    means:
      'Main is protected: only pull requests with a review, Actions and workflows change it. The Kubernetes API shows pods and Deployments; you are signed in to Argo CD and Argo Workflows.',
  },
  {
    value: 'govuk-pods-only',
    label: 'As at GOV.UK, not signed in to Argo',
    means:
      'Main is protected, and of the clusters you see pods, Deployments, ReplicaSets, Jobs and events only, until you sign in to Argo CD and Argo Workflows.',
  },
];

/** Gives the person other rights, from the next request on. */
export function Rights({ onAction }: { onAction: (action: PracticeAction) => void }) {
  const [profile, setProfile] = useState<PracticeRights | null>(null);
  const chosen = profiles.find(({ value }) => value === profile);
  const team = (member: boolean) => onAction({ action: 'team-member', member });
  return (
    <Panel title="Your rights">
      <div className={classes.form}>
        <Select
          label="You may do"
          data={profiles}
          placeholder="As it is now"
          value={profile}
          onChange={(value) => setProfile(value as PracticeRights | null)}
        />
        {chosen && <p className={classes.quiet}>{chosen.means}</p>}
        <ActionButton
          variant="default"
          blocked={chosen ? null : 'Choose what you may do first.'}
          onAction={() => chosen && onAction({ action: 'rights', profile: chosen.value })}
        >
          Change your rights
        </ActionButton>
        <p className={classes.label}>Team gov-uk-production-deploy</p>
        <p className={classes.quiet}>
          At GOV.UK, a deployment to production through GitHub Actions fails for everybody else.
        </p>
        <span className={classes.pair}>
          <Button variant="default" onClick={() => team(true)}>
            Join the team
          </Button>
          <Button variant="default" onClick={() => team(false)}>
            Leave the team
          </Button>
        </span>
      </div>
    </Panel>
  );
}
