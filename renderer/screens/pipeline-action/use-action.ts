import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import type { Failure } from '../../../shared/domain/failure/failure';
import { type BagIntent, declarationOf, subjectOf } from '../../../shared/domain/operation/intent';
import { count } from '../../../shared/domain/text/count';
import { useAttempts } from '../../data/attempts';
import { useBagPipeline, useBagPreview } from '../../data/bags-queries';
import { useReadOnly } from '../../data/queries';
import { queryOf } from '../../data/query-client';
import { closeAction } from '../../ui/layout/ui-state';
import { announce } from '../../ui/text/announcer';
import { blockedBecause, type Choices, forPreview, forStart, obstaclesOf } from './choices';

/** What is asked for, what the checks found about it, and the sending of it. */
export function useAction(initial: BagIntent) {
  const client = useQueryClient();
  const attempts = useAttempts();
  const navigate = useNavigate();
  const readOnlyBecause = useReadOnly();
  const pipeline = useBagPipeline(initial.pipeline).data ?? null;
  const [request, setRequest] = useState(initial);
  const [choices, setChoices] = useState<Choices>({
    reason: '',
    minutes: 60,
    leaveRunning: false,
    stopAutomatic: false,
    force: false,
  });
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);

  const environment = subjectOf(request).environment;
  const stage = pipeline?.stages.find((each) => each.environment === environment) ?? null;
  const asked = forPreview(request, choices);
  const incomplete = request.kind === 'pack-bag' && Object.keys(request.contents).length === 0;
  const preview = useBagPreview(incomplete ? null : asked);
  const findings = preview.isPlaceholderData ? undefined : preview.data?.findings;
  useEffect(() => {
    if (findings) announce(`Checks done: ${count(obstaclesOf(findings).length, 'finding')} to review`);
  }, [findings]);

  const there = stage?.running?.bag ?? null;
  const moved = stage !== null && 'running' in request && request.running !== there;
  const blocked = blockedBecause({
    request,
    choices,
    preview: preview.isPlaceholderData ? null : (preview.data ?? null),
    previewFailed: preview.isError,
    moved,
    readOnlyBecause,
  });

  const send = async (): Promise<void> => {
    if (blocked !== null || busy || !preview.data) return;
    const clickedAt = Date.now();
    const intent = forStart(request, choices, preview.data, clickedAt);
    setBusy(true);
    setFailure(null);
    const started = await attempts.send(
      { name: 'operation.start', input: { intent, seen: preview.data.findings, clickedAt } },
      { request, choices },
    );
    setBusy(false);
    if (started.ok) {
      closeAction();
      // A change of one file is done at once: the screen itself shows it. What takes time has a screen of its own.
      if (declarationOf(intent).opensScreen)
        void navigate({
          to: '/operations/$operationId',
          params: { operationId: started.value.operationId },
        });
      return;
    }
    setFailure(started.failure);
    await Promise.all([
      client.invalidateQueries({
        queryKey: queryOf('bags.pipeline', { pipeline: intent.pipeline }).queryKey,
      }),
      client.invalidateQueries({ queryKey: queryOf('bags.preview', asked).queryKey }),
    ]);
  };

  return {
    request,
    setRequest: (next: BagIntent) => {
      setRequest(next);
      setFailure(null);
    },
    pipeline,
    stage,
    choices,
    choose: (change: Partial<Choices>) => setChoices((now) => ({ ...now, ...change })),
    preview,
    /** Which bag runs there by now, where that is not what the person saw. */
    moved: moved ? { from: 'running' in request ? request.running : null, to: there } : null,
    lookAgain: () => {
      setFailure(null);
      if ('running' in request) setRequest({ ...request, running: there });
    },
    blocked,
    busy,
    failure,
    send,
  };
}

export type Act = ReturnType<typeof useAction>;
