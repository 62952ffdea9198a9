import { z } from 'zod';
import { freshnessSchema } from '../board/freshness';

/** How often something went wrong since the start. */
const faultSchema = z.object({
  event: z.string(),
  level: z.enum(['warn', 'error']),
  count: z.number().int(),
  /** ISO 8601 UTC. */
  lastAt: z.string(),
});
export type Fault = z.infer<typeof faultSchema>;

/** What this console can tell of itself: for the person who looks, and for whoever is asked for help. Holds no secret. */
export const diagnosticsSchema = z.object({
  /** ISO 8601 UTC. */
  takenAt: z.string(),
  app: z.object({ version: z.string(), runtime: z.string(), node: z.string(), platform: z.string() }),
  estate: z.object({
    name: z.string(),
    mode: z.enum(['practice', 'real', 'read-only']),
    environments: z.number().int(),
    apps: z.number().int(),
    pipelines: z.number().int(),
  }),
  /** Everything that is asked outside of this computer, in the order of the estate. */
  connections: z.array(z.object({ name: z.string(), freshness: freshnessSchema })),
  /** By which way Argo is seen, by environment, in a line each. */
  ways: z.array(z.object({ name: z.string(), text: z.string() })),
  history: z.object({
    /** What the index is doing, in words. */
    state: z.string(),
    /** How far back it reaches, ISO 8601; `null`: to the beginning of the branch, or not known yet. */
    beginning: z.string().nullable(),
    failure: z.string().nullable(),
  }),
  /** Operations of this console that have not ended. */
  operations: z.array(z.object({ id: z.string(), title: z.string(), step: z.string().nullable() })),
  files: z.object({
    /** Bytes; `null`: it could not be read. */
    parts: z.array(z.object({ name: z.string(), bytes: z.number().nullable() })),
    /** Bytes left on the disk that they are on; `null`: the system does not tell. */
    free: z.number().nullable(),
  }),
  /** What was lost of Signalbox's own files, each in a sentence. */
  notices: z.array(z.string()),
  /** What went wrong since the start, the newest first. */
  faults: z.array(faultSchema),
});
export type Diagnostics = z.infer<typeof diagnosticsSchema>;
