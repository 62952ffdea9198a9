import { IconUrgent } from '@tabler/icons-react';
import { useEffect } from 'react';
import type { DebtView } from '../../shared/domain/emergency/debt';
import { debtSentence, offSentence, sharedSentence } from '../../shared/domain/emergency/debt-words';
import { useBoardFrame, useCell } from '../data/queries';
import { ReconcileButton } from '../ui/emergency/emergency-actions';
import { announce } from '../ui/text/announcer';
import { TimedText } from '../ui/time/timed-text';
import classes from './banner.module.css';

/** What was rolled back past Git, on every screen, until it is put back. */
export function EmergencyBanner() {
  const board = useBoardFrame().data;
  const debts = board?.emergency.debts ?? [];
  const said = debts.map(({ app, environment }) => `${app} in ${environment}`).join(', ');
  useEffect(() => {
    if (said) announce(`Emergency rollback not reconciled: ${said}`);
  }, [said]);
  return debts.map((debt) => (
    <Debt key={debt.operation} debt={debt} isReachable={board?.ledger.state === 'live'} />
  ));
}

function Debt({ debt, isReachable }: { debt: DebtView; isReachable: boolean }) {
  const { app, environment } = debt;
  const wanted = useCell(app, environment)?.ledger?.version ?? null;
  return (
    <div className={classes.banner} role="note" aria-label={`Emergency rollback of ${app} in ${environment}`}>
      <IconUrgent size={16} aria-hidden />
      <p className={classes.text}>
        <strong>
          {app} in {environment}
        </strong>{' '}
        {debtSentence(debt, wanted)} <TimedText text={offSentence(debt)} /> No change in Git reaches any app
        in {environment}. {sharedSentence(debt, isReachable)}
      </p>
      <ReconcileButton debt={debt} />
    </div>
  );
}
