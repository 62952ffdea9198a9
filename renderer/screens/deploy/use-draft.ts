import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import type { Failure } from '../../../shared/domain/failure/failure';
import { type Finding, worsened } from '../../../shared/domain/preflight/finding';
import { obstaclesOf } from '../../../shared/domain/preflight/obstacles';
import type { SyncAnswer } from '../../../shared/domain/preflight/sync-answer';
import type { RouteKind } from '../../../shared/domain/route/route';
import { count } from '../../../shared/domain/text/count';
import { useAttempts } from '../../data/attempts';
import { useBoard, useEarlyPreview, usePreview, useReadOnly } from '../../data/queries';
import { queryOf } from '../../data/query-client';
import { closeSheet, type SheetRequest } from '../../ui/layout/ui-state';
import { announce } from '../../ui/text/announcer';
import {
  type Draft,
  forPreview,
  forStart,
  intentOf,
  promotedFrom,
  sendBlockedBecause,
  versionThere,
} from './deploy-draft';

/** What happened since the person looked: shown, and to be confirmed again. */
export interface Moved {
  from: string | null;
  to: string | null;
  worse: Finding[];
}

/** The sheet's state: what is picked, what preflight found, and the sending of it. */
export function useDraft(request: SheetRequest) {
  const client = useQueryClient();
  const attempts = useAttempts();
  const navigate = useNavigate();
  const board = useBoard().data;
  const readOnlyBecause = useReadOnly();
  const [environment, setEnvironment] = useState(request.environment);
  const [picked, setPicked] = useState<string | null>(request.version ?? null);
  const [reason, setReason] = useState('');
  const [syncs, setSyncs] = useState<readonly SyncAnswer[]>([]);
  const [route, setRoute] = useState<RouteKind | null>(null);
  const [confirmed, setConfirmed] = useState(false);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);
  const [moved, setMoved] = useState<Moved | null>(null);

  const base: Draft = { request, environment, version: picked, reason, syncs, route, confirmed };
  const from = request.kind === 'promote' ? promotedFrom(base, board) : null;
  const promoted = from === null ? null : versionThere(board, request.app, from);
  const draft: Draft = request.kind === 'promote' ? { ...base, version: picked ?? promoted } : base;
  const current = versionThere(board, request.app, environment);
  const intent = intentOf(draft, from, current);
  const preview = usePreview(forPreview(intent));
  const early = useEarlyPreview(preview.isPending ? forPreview(intent) : null).data ?? null;
  const findings = preview.data?.findings ?? null;

  useCurrentMoves(environment, current, (before) => setMoved({ from: before, to: current, worse: [] }));
  useEffect(() => {
    if (findings) announce(`Checks done: ${count(obstaclesOf(findings).length, 'finding')} to review`);
  }, [findings]);

  const blocked = sendBlockedBecause({
    draft,
    intent,
    preview: preview.data ?? null,
    previewFailed: preview.isError,
    readOnlyBecause,
  });

  const send = async () => {
    const asked = forPreview(intent);
    if (blocked !== null || !intent || !asked || !preview.data || busy) return;
    const clickedAt = Date.now();
    const seen = preview.data.findings;
    setBusy(true);
    setFailure(null);
    const started = await attempts.send(
      { name: 'operation.start', input: { intent: forStart(intent, seen), seen, clickedAt } },
      intent,
    );
    setBusy(false);
    if (started.ok) {
      closeSheet();
      void navigate({
        to: '/operations/$operationId',
        params: { operationId: started.value.operationId },
      });
      return;
    }
    setFailure(started.failure);
    if (started.failure.code !== 'conflict' && started.failure.code !== 'busy') return;
    // Look again, so that what is confirmed next is what is there now.
    await client.refetchQueries({ queryKey: queryOf('board.get', {}).queryKey });
    const again = await client
      .fetchQuery({ ...queryOf('preview.get', asked), staleTime: 0 })
      // The failure of the start stands; the sheet asks for its preview again.
      .catch(() => null);
    const worse = again ? worsened(seen, again.findings) : [];
    if (worse.length > 0) setMoved((was) => ({ from: was?.from ?? current, to: was?.to ?? current, worse }));
  };

  return {
    board,
    draft,
    from,
    current,
    intent,
    preview,
    early,
    moved,
    blocked,
    busy,
    failure,
    setEnvironment: (name: string) => {
      setEnvironment(name);
      setMoved(null);
      setFailure(null);
    },
    setVersion: setPicked,
    setReason,
    setRoute,
    setConfirmed,
    /** Decides on one sync; a later decision on the same one takes its place. */
    setSync: (answer: SyncAnswer) =>
      setSyncs((known) => [
        ...known.filter(
          (one) => one.application !== answer.application || one.startedAt !== answer.startedAt,
        ),
        answer,
      ]),
    send,
  };
}

/** Tells when the environment's version changes while the sheet is open on it. */
function useCurrentMoves(
  environment: string | null,
  current: string | null,
  onMove: (before: string | null) => void,
): void {
  const seen = useRef({ environment, current });
  useEffect(() => {
    const before = seen.current;
    seen.current = { environment, current };
    if (before.environment === environment && before.current !== current) onMove(before.current);
  });
}
