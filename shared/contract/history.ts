import { z } from 'zod';
import { failureSchema } from '../domain/failure/failure';
import { savedOutcomeSchema, savedSchema, seenOutcomeSchema } from '../domain/history/archived';
import {
  comparedCellSchema,
  comparedSideSchema,
  feedOutlineQuerySchema,
  feedOutlineSchema,
  feedPageSchema,
  feedQuerySchema,
  figuresQuerySchema,
  figuresRowSchema,
  historicBoardSchema,
  historyEventSchema,
  historyFilterSchema,
  historyStatusSchema,
  momentSchema,
  versionRunSchema,
} from '../domain/history/history-event';
import { action, name, nothing, query } from './procedure';

const changes = { changedBy: ['history'] } as const;

/** Questions about the past. All are answered from local files, with or without a network. */
export const historyProcedures = {
  'history.status': query(nothing, historyStatusSchema, changes),
  /** Goes on indexing after a failure. Fails as the attempt does. */
  'history.retry': action(nothing, historyStatusSchema),
  /** Names for filters, and the pipelines whose figures can be asked for. */
  'history.names': query(
    nothing,
    z.object({
      apps: z.array(z.string()),
      environments: z.array(z.string()),
      actors: z.array(z.string()),
      pipelines: z.array(z.object({ name: z.string(), environments: z.array(z.string()) })),
    }),
    changes,
  ),
  'history.feed': query(
    feedQuerySchema,
    feedPageSchema.extend({
      /** How the operations that made these events ended, by their id; only those that this console knows of. */
      outcomes: z.record(z.string(), savedOutcomeSchema),
      /** What came of the other deployments, by the events' ids, as far as anything was seen of it. */
      seen: z.record(z.string(), seenOutcomeSchema),
    }),
    { changedBy: ['operation', 'history'] },
  ),
  /** All events of the story that an event belongs to, newest first, at most 300 of them. */
  'history.story': query(
    z.object({ id: z.number().int() }),
    z.object({ events: z.array(historyEventSchema), total: z.number().int() }),
    changes,
  ),
  'history.outline': query(feedOutlineQuerySchema, feedOutlineSchema, changes),
  /** What is known of one event beyond its row. */
  'history.event': query(
    z.object({
      /** Empty where the event is about no single app or environment. */
      app: z.string().max(200),
      environment: z.string().max(200),
      version: z.string().nullable(),
      commit: z.string().regex(/^[0-9a-f]{40,64}$/),
      operationId: z.string().max(200).nullable(),
    }),
    z.object({
      /** The whole message of the commit; `null` when the repo has it no more. */
      message: z.string().nullable(),
      outcome: savedOutcomeSchema.nullable(),
      saved: savedSchema,
    }),
    { changedBy: ['operation'] },
  ),
  'history.board': query(momentSchema, historicBoardSchema, changes),
  'history.version': query(
    z.object({ app: name, version: name }),
    z.array(versionRunSchema.extend({ environment: z.string(), saved: savedSchema })),
    changes,
  ),
  'history.compare': query(
    z.object({ left: comparedSideSchema, right: comparedSideSchema }),
    z.array(comparedCellSchema),
    changes,
  ),
  'history.figures': query(figuresQuerySchema, z.array(figuresRowSchema), changes),
} as const;

export const historyStreams = {
  /**
   * Writes a filtered view to a file that the person chooses in the system's own dialog. Closing the stream cancels;
   * no half file is left under the chosen name.
   */
  export: {
    input: z.object({ filter: historyFilterSchema, format: z.enum(['csv', 'json']) }),
    message: z.discriminatedUnion('type', [
      /** `total` is `null` until it is counted. */
      z.object({ type: z.literal('progress'), done: z.number().int(), total: z.number().int().nullable() }),
      z.object({ type: z.literal('saved'), file: z.string(), rows: z.number().int() }),
      /** The dialog was closed without a choice. */
      z.object({ type: z.literal('not-chosen') }),
      z.object({ type: z.literal('failed'), failure: failureSchema }),
    ]),
  },
} as const;
