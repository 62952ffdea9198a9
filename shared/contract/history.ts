import { z } from 'zod';
import { failureSchema } from '../domain/failure/failure';
import { keptOutcomeSchema, keptSchema } from '../domain/history/archived';
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
  historyFilterSchema,
  historyStatusSchema,
  momentSchema,
  versionRunSchema,
} from '../domain/history/history-event';

const nothing = z.object({});
const name = z.string().min(1).max(200);

/** Questions about the past. All are answered from local files, with or without a network. */
export const historyProcedures = {
  'history.status': { input: nothing, output: historyStatusSchema },
  /** Goes on indexing after a failure. Fails as the attempt does. */
  'history.retry': { input: nothing, output: historyStatusSchema },
  /** Names for filters, and the pipelines whose figures can be asked for. */
  'history.names': {
    input: nothing,
    output: z.object({
      apps: z.array(z.string()),
      environments: z.array(z.string()),
      actors: z.array(z.string()),
      pipelines: z.array(z.object({ name: z.string(), environments: z.array(z.string()) })),
    }),
  },
  'history.feed': {
    input: feedQuerySchema,
    output: feedPageSchema.extend({
      /** How the operations that made these events ended, by their id; only those that this console knows of. */
      outcomes: z.record(z.string(), keptOutcomeSchema),
    }),
  },
  'history.outline': { input: feedOutlineQuerySchema, output: feedOutlineSchema },
  /** What is known of one event beyond its row. */
  'history.event': {
    input: z.object({
      /** Empty where the event is about no single app or environment. */
      app: z.string().max(200),
      environment: z.string().max(200),
      version: z.string().nullable(),
      commit: z.string().regex(/^[0-9a-f]{40,64}$/),
      operationId: z.string().max(200).nullable(),
    }),
    output: z.object({
      /** The whole message of the commit; `null` when the repo has it no more. */
      message: z.string().nullable(),
      outcome: keptOutcomeSchema.nullable(),
      kept: keptSchema,
    }),
  },
  'history.board': { input: momentSchema, output: historicBoardSchema },
  'history.version': {
    input: z.object({ app: name, version: z.string().min(1).max(200) }),
    output: z.array(versionRunSchema.extend({ environment: z.string(), kept: keptSchema })),
  },
  'history.compare': {
    input: z.object({ left: comparedSideSchema, right: comparedSideSchema }),
    output: z.array(comparedCellSchema),
  },
  'history.figures': { input: figuresQuerySchema, output: z.array(figuresRowSchema) },
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
