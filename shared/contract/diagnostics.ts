import { z } from 'zod';
import { diagnosticsSchema } from '../domain/diagnostics/diagnostics';
import { action, nothing, query } from './procedure';

/** What this console can tell of itself. */
export const diagnosticsProcedures = {
  /** Gathered anew each time it is asked. */
  'diagnostics.get': query(nothing, diagnosticsSchema, { changedBy: [] }),
  /** Asks where to, and writes them with the log's end. `null`: no place was chosen; else the file's name. */
  'diagnostics.save': action(nothing, z.object({ saved: z.string().nullable() })),
} as const;
