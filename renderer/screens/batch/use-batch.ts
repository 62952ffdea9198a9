import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import type { BatchCandidate } from '../../../shared/domain/batch/batch-candidates';
import { batchBlocked, batchItems, type Chosen } from '../../../shared/domain/batch/batch-draft';
import type { Failure } from '../../../shared/domain/failure/failure';
import { useAttempts } from '../../data/attempts';
import { useReadOnly } from '../../data/queries';
import { useBatchChecks } from './use-batch-checks';

/** What a batch is about: an environment, and the moment that it is put back to (`null`: versions are promoted to it). */
export interface BatchAim {
  environment: string;
  at: string | null;
}

/** A batch before it is sent: who is in it, what the checks found, and the sending of it. */
export function useBatch({ environment, at }: BatchAim, candidates: readonly BatchCandidate[]) {
  const attempts = useAttempts();
  const navigate = useNavigate();
  const readOnly = useReadOnly();
  /** What the person chose otherwise than it is chosen by itself, by app and version: another version is another choice. */
  const [choices, setChoices] = useState<ReadonlyMap<string, boolean>>(new Map());
  const [reason, setReason] = useState('');
  const [onFailure, setOnFailure] = useState<'stop' | 'go-on'>('stop');
  const [atOnce, setAtOnce] = useState(3);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);

  const keyOf = ({ app, version }: BatchCandidate): string => `${app} ${version}`;
  const isChosen = (one: BatchCandidate): boolean => choices.get(keyOf(one)) ?? one.ready;
  const inIt = candidates.filter(isChosen);
  const checks = useBatchChecks(inIt);
  const chosen = inIt.map(
    (candidate): Chosen => ({
      candidate,
      checks: checks.get(candidate.app)?.checks ?? { state: 'checking' },
    }),
  );
  const blocked = batchBlocked(chosen, reason, readOnly);

  const send = async (): Promise<void> => {
    if (blocked !== null || busy) return;
    const clickedAt = Date.now();
    const why = reason.trim();
    const intent = {
      kind: 'batch' as const,
      environment,
      asOf: at,
      items: batchItems(chosen, reason),
      onFailure,
      atOnce,
      ...(why ? { reason: why } : {}),
    };
    setBusy(true);
    setFailure(null);
    const started = await attempts.send(
      { name: 'operation.start', input: { intent, seen: [], clickedAt } },
      intent,
    );
    setBusy(false);
    if (started.ok)
      void navigate({
        to: '/operations/$operationId',
        params: { operationId: started.value.operationId },
      });
    else setFailure(started.failure);
  };

  return {
    checks,
    chosen,
    blocked,
    busy,
    failure,
    reason,
    onFailure,
    atOnce,
    isChosen,
    setReason,
    setOnFailure,
    setAtOnce,
    choose: (some: readonly BatchCandidate[], on: boolean) =>
      setChoices((known) => new Map([...known, ...some.map((one) => [keyOf(one), on] as const)])),
    send,
  };
}

export type Batch = ReturnType<typeof useBatch>;
