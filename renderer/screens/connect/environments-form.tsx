import { Button, Select, TextInput } from '@mantine/core';
import { useEffect, useState } from 'react';
import type { Connection, KubeContexts, Look } from '../../../shared/contract/connect';
import { matchContext } from '../../../shared/domain/estate/match-contexts';
import { shellWords, typedLine } from '../../../shared/domain/estate/shell-words';
import { useContexts, useFinish } from '../../data/connect-queries';
import { LeaveDialog } from '../../ui/estate/leave-dialog';
import { FailurePanel } from '../../ui/finding/failure-panel';
import classes from './connect-screen.module.css';

type Found = Extract<Look, { outcome: 'found' }>;

/** What is typed for one environment; `wrapper` as one would type it. */
interface Row extends Omit<Connection, 'wrapper' | 'argoCd' | 'argoWorkflows'> {
  wrapper: string;
  argoCd: string;
  argoWorkflows: string;
}

const rowsOf = (look: Found, { contexts }: Pick<KubeContexts, 'contexts'>): Row[] => {
  const names = contexts.map(({ name }) => name);
  return look.environments.map(({ name, tier, context, wrapper, argoCd, argoWorkflows }) => ({
    name,
    tier,
    context: context !== null && names.includes(context) ? context : matchContext(name, names),
    wrapper: typedLine(wrapper),
    argoCd: argoCd ?? '',
    argoWorkflows: argoWorkflows ?? '',
  }));
};

/** The words of a row's wrapper; none while they can't be told. */
const wordsOf = ({ wrapper }: Row): string[] => {
  const read = shellWords(wrapper);
  return read.ok ? read.words : [];
};
/** What is wrong with a row's wrapper. */
const problemOf = ({ wrapper }: Row): string | null => {
  const read = shellWords(wrapper);
  return read.ok ? null : read.reason;
};

/** Which context of the kubeconfig each environment's cluster is, matched by name, to be put right where it is not. */
export function EnvironmentsForm({ look }: { look: Found }) {
  const contexts = useContexts();
  const finish = useFinish();
  const [rows, setRows] = useState<Row[]>(() => rowsOf(look, { contexts: [] }));
  const [name, setName] = useState(look.name);
  const [records, setRecords] = useState('');
  const { mutate } = contexts;
  const read = (choose: boolean): void =>
    mutate(choose, { onSuccess: (found) => setRows(rowsOf(look, found)) });
  useEffect(() => {
    mutate(false, { onSuccess: (found) => setRows(rowsOf(look, found)) });
  }, [mutate, look]);
  const change = (at: number, part: Partial<Row>): void =>
    setRows((all) => all.map((one, index) => (index === at ? { ...one, ...part } : one)));
  const send = (anyway: boolean): void =>
    finish.mutate({
      name: name.trim() || look.name,
      environments: rows.map((row) => ({
        ...row,
        wrapper: wordsOf(row),
        argoCd: row.argoCd.trim() || null,
        argoWorkflows: row.argoWorkflows.trim() || null,
      })),
      chain: look.chain,
      recordsBranch: records.trim() || null,
      anyway,
    });
  const question = finish.error?.failure.code === 'busy' ? finish.error.failure : null;
  const found = contexts.data;
  return (
    <div className={classes.form}>
      <div className={classes.source}>
        <p>
          {found?.problem ?? `Kubeconfig: ${found?.file ?? 'reading…'}`}
          {found && !found.problem && (
            <span className={classes.quiet}> · {found.contexts.length} contexts</span>
          )}
        </p>
        <Button variant="default" size="xs" loading={contexts.isPending} onClick={() => read(true)}>
          Choose a kubeconfig…
        </Button>
      </div>
      {rows.map((row, index) => (
        <fieldset key={row.name} className={classes.environment} aria-label={row.name}>
          <legend>
            {row.name}
            {row.tier === 'production' && <span className={classes.tier}>production</span>}
          </legend>
          <div className={classes.pair}>
            <Select
              label="Cluster (context)"
              placeholder="Not connected"
              data={(found?.contexts ?? []).map((one) => one.name)}
              value={row.context}
              onChange={(context) => change(index, { context })}
              clearable
              searchable
            />
            <TextInput
              label="Log in inside of (optional)"
              placeholder="gds aws role --"
              autoComplete="off"
              value={row.wrapper}
              error={problemOf(row)}
              onChange={(event) => change(index, { wrapper: event.currentTarget.value })}
            />
          </div>
          {look.by === 'layout' && (
            <details className={classes.more}>
              <summary>Argo’s servers and tier</summary>
              <div className={classes.pair}>
                <TextInput
                  label="Argo CD server"
                  placeholder="https://argocd.example.org"
                  value={row.argoCd}
                  onChange={(event) => change(index, { argoCd: event.currentTarget.value })}
                />
                <TextInput
                  label="Argo Workflows server"
                  placeholder="https://argo-workflows.example.org"
                  value={row.argoWorkflows}
                  onChange={(event) => change(index, { argoWorkflows: event.currentTarget.value })}
                />
                <Select
                  label="Tier"
                  data={[
                    { value: 'standard', label: 'Standard' },
                    { value: 'production', label: 'Production' },
                  ]}
                  allowDeselect={false}
                  value={row.tier}
                  onChange={(tier) => change(index, { tier: tier === 'production' ? tier : 'standard' })}
                />
              </div>
            </details>
          )}
        </fieldset>
      ))}
      {look.by === 'layout' && (
        <div className={classes.pair}>
          <TextInput
            label="Name of the estate"
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <TextInput
            label="Branch for Signalbox’s records (optional)"
            description="Needed where the branch of the image tags is protected."
            placeholder="signalbox"
            value={records}
            onChange={(event) => setRecords(event.currentTarget.value)}
          />
        </div>
      )}
      {look.hosts.length + look.commands.length > 0 && (
        <div className={classes.reach}>
          <p>
            With its estate file, Signalbox connects to{' '}
            <strong>{look.hosts.join(', ') || 'no other host'}</strong>
            {look.commands.length > 0 && '. Commands are shown to you before each first run:'}
          </p>
          {look.commands.map((command) => (
            <code key={command}>{command}</code>
          ))}
        </div>
      )}
      {finish.error && !question && <FailurePanel failure={finish.error.failure} />}
      <LeaveDialog failure={question} onStay={() => finish.reset()} onLeave={() => send(true)} />
      <div className={classes.actions}>
        <Button
          loading={finish.isPending}
          disabled={rows.some((row) => problemOf(row) !== null)}
          onClick={() => send(false)}
        >
          Save and open
        </Button>
        <p className={classes.quiet}>Nothing is deployed. No command runs before you allowed it.</p>
      </div>
    </div>
  );
}
