import { z } from 'zod';
import { boardCellsSchema, boardSchema, cellSchema } from '../domain/board/board';
import { freshnessSchema } from '../domain/board/freshness';
import { deploymentSchema } from '../domain/history/deployment';
import { candidateSchema, changeSchema } from '../domain/ledger/change';
import { name, nothing, query } from './procedure';

/** The board, and what is known of each app on it. */
export const boardProcedures = {
  // Whose a lock is depends on who this is.
  'board.get': query(nothing, boardSchema, { changedBy: ['board', 'history', 'settings'] }),
  /** The cells that changed after a revision of the board (`null`: all), which is what a window asks when apps changed. */
  'board.cells': query(z.object({ after: z.number().int().nullable() }), boardCellsSchema, { changedBy: [] }),
  'app.get': query(
    z.object({ app: name }),
    z.object({
      app: z.string(),
      /** The link to its source repo, when there is one. */
      sourceUrl: z.string().nullable(),
      cells: z.array(cellSchema),
      /** Version before the present one, by environment. */
      previous: z.record(z.string(), z.string().nullable()),
    }),
    // It shows its open operation.
    { changedBy: ['board', 'app', 'operation', 'history'], narrowedBy: ['app'] },
  ),
  'app.deployments': query(
    z.object({
      app: name,
      environment: name.optional(),
      limit: z.number().int().min(1).max(200),
    }),
    z.object({ deployments: z.array(deploymentSchema), more: z.boolean(), complete: z.boolean() }),
    { changedBy: ['app', 'history'], narrowedBy: ['app', 'environment'] },
  ),
  'change.get': query(z.object({ app: name, from: name, to: name }), changeSchema, {
    changedBy: ['app'],
    narrowedBy: ['app'],
  }),
  'candidates.list': query(
    z.object({ app: name, query: z.string().max(200), limit: z.number().int().min(1).max(100) }),
    z.object({
      candidates: z.array(candidateSchema),
      /** In a sentence, what was not read of the repo; `null`: nothing is missing. */
      partial: z.string().nullable(),
      freshness: freshnessSchema,
    }),
    { changedBy: ['app'], narrowedBy: ['app'] },
  ),
} as const;
