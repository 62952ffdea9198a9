import { Button } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import type { Look } from '../../../shared/contract/connect';
import { useEstates } from '../../data/estate-queries';
import { Logo } from '../../ui/layout/logo';
import classes from './connect-screen.module.css';
import { EnvironmentsForm } from './environments-form';
import { RepoForm } from './repo-form';

type Found = Extract<Look, { outcome: 'found' }>;

/** From a release repo to one's own board: the repo, then its environments and their clusters. All else comes after. */
export function ConnectScreen() {
  const [found, setFound] = useState<{ url: string; look: Found } | null>(null);
  const estates = useEstates().data;
  useEffect(() => {
    document.title = 'Connect – Signalbox';
  }, []);
  return (
    <main className={classes.frame} id="content">
      <div className={classes.page}>
        <div className={classes.column}>
          <header className={classes.head}>
            <Logo size={28} className={classes.logo} />
            <h1>Connect to your estate</h1>
            <Link to={estates?.phase === 'open' ? '/' : '/welcome'} className={classes.back}>
              Cancel
            </Link>
          </header>
          <Step number={1} title="Release repo" done={found !== null}>
            {found ? (
              <div className={classes.summary}>
                <p>
                  <strong>{found.url}</strong>, branch {found.look.branch}
                </p>
                <p className={classes.quiet}>
                  {found.look.by === 'file'
                    ? 'It describes the estate itself, in signalbox.yaml. Changes to it are applied from now on.'
                    : 'It has no signalbox.yaml. The environments below were found by its image tags.'}
                </p>
                <Button variant="default" size="xs" onClick={() => setFound(null)}>
                  Choose another
                </Button>
              </div>
            ) : (
              <RepoForm onFound={(url, look) => setFound({ url, look })} />
            )}
          </Step>
          <Step number={2} title="Environments and clusters" done={false}>
            {found ? (
              <EnvironmentsForm key={found.url} look={found.look} />
            ) : (
              <p className={classes.quiet}>
                Signalbox finds the environments in the release repo, and their clusters in your kubeconfig.
              </p>
            )}
          </Step>
          <Step number={3} title="Everything else" done={false}>
            <p className={classes.quiet}>
              Argo CD, GitHub, Slack and the Release app come next, each with a test. You can skip any of them
              and come back in Settings.
            </p>
          </Step>
        </div>
      </div>
    </main>
  );
}

function Step(props: { number: number; title: string; done: boolean; children: React.ReactNode }) {
  const id = `step-${props.number}`;
  return (
    <section className={classes.step} aria-labelledby={id}>
      <span className={classes.number} data-done={props.done || undefined} aria-hidden>
        {props.done ? '✓' : props.number}
      </span>
      <div className={classes.body}>
        <h2 id={id}>{props.title}</h2>
        {props.children}
      </div>
    </section>
  );
}
