import { z } from 'zod';
import { practiceRights } from '../domain/practice/rights';
import { action, name } from './procedure';

/** Rehearsals: refused unless the estate is the practice estate. */
export const practiceProcedures = {
  'practice.action': action(
    z.discriminatedUnion('action', [
      z.object({
        action: z.literal('release'),
        app: name,
        breaks: z.enum([
          'nothing',
          'crash-loop',
          'image-missing',
          'migration-fails',
          'tests-fail',
          'tests-flaky',
          'slow',
        ]),
        onlyIn: name.optional(),
        migration: z.boolean(),
      }),
      z.object({ action: z.literal('cluster'), environment: name, up: z.boolean() }),
      z.object({ action: z.literal('argo-cd'), environment: name, stopped: z.boolean() }),
      /** Somebody sets an image by hand, past Git. */
      z.object({ action: z.literal('set-image'), app: name, environment: name, version: name }),
      z.object({ action: z.literal('git'), up: z.boolean() }),
      /** A sync window that keeps automatic syncs (`manual: false`: all syncs) of an environment waiting, or none. */
      z.object({ action: z.literal('sync-window'), environment: name, on: z.boolean(), manual: z.boolean() }),
      z.object({ action: z.literal('someone-else-deploys'), app: name, environment: name, version: name }),
      z.object({
        action: z.literal('someone-else-locks'),
        environment: name,
        how: z.enum(['by-hand', 'killed']),
        locked: z.boolean(),
      }),
      z.object({
        action: z.literal('suite'),
        environment: name,
        suite: name,
        outcome: z.enum(['fail', 'flaky', 'pass']),
      }),
      z.object({ action: z.literal('rights'), profile: z.enum(practiceRights) }),
      /** Whether the person is in the team that production's deployments ask for. */
      z.object({ action: z.literal('team-member'), member: z.boolean() }),
      /** The sessions at Argo's servers: ended now, of a minute or a day from the next one on, behind a proxy's login or not. */
      z.object({
        action: z.literal('argo-sessions'),
        how: z.enum(['end', 'short', 'usual', 'proxy', 'no-proxy']),
      }),
      z.object({ action: z.literal('speed'), speed: z.number().min(1).max(200) }),
      z.object({ action: z.literal('reset') }),
    ]),
    z.object({ text: z.string() }),
  ),
} as const;
