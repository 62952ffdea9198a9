import { z } from 'zod';
import { freezesViewSchema } from '../domain/freeze/freeze-view';
import { freezeIntentSchema } from '../domain/operation/intent';
import { findingSchema } from '../domain/preflight/finding';
import { nothing, query } from './procedure';

/** Freezes: what is frozen, and what a change of it comes to. They are changed by `operation.start`. */
export const freezeProcedures = {
  'freezes.list': query(nothing, freezesViewSchema, { changedBy: ['board', 'app', 'cluster', 'operation'] }),
  'freezes.preview': query(freezeIntentSchema, z.object({ findings: z.array(findingSchema) }), {
    changedBy: ['board', 'operation'],
  }),
} as const;
