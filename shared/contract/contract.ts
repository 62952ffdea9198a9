import { z } from 'zod';
import { aboutProcedures } from './about';
import { announcementProcedures } from './announcements';
import { argoProcedures } from './argo';
import { argoServerProcedures } from './argo-servers';
import { bagProcedures } from './bags';
import { boardProcedures } from './board';
import { clusterProcedures } from './cluster';
import { concourseSignInProcedures } from './concourse-sign-in';
import { connectProcedures } from './connect';
import { consentProcedures } from './consent';
import { diagnosticsProcedures } from './diagnostics';
import { estateProcedures } from './estates';
import { freezeProcedures } from './freezes';
import { gitHubSignInProcedures } from './github-sign-in';
import { historyProcedures, historyStreams } from './history';
import { logProcedures, logStream } from './logs';
import { noteProcedures } from './notes';
import { operationProcedures } from './operations';
import { practiceProcedures } from './practice';
import { nothing, type Procedure, type Stream, type Topic, topics } from './procedure';
import { recordsProcedures } from './records';
import { sessionProcedures, windowProcedures } from './session';
import { timelineProcedures } from './timeline';
import { workflowProcedures } from './workflows';

/**
 * Every procedure, shared by both sides. An entry lies in the file of its family and is all that is said of a
 * procedure: everything else (names, the preload's list, which queries an event asks again, the types that demand a
 * handler and a fixture) follows from it. Names are `<noun>.<verb>`. Expected failures come back as `Result` failures;
 * a refusal is never an `undefined`.
 */
export const procedures = {
  ...windowProcedures,
  ...aboutProcedures,
  ...estateProcedures,
  ...connectProcedures,
  ...sessionProcedures,
  ...boardProcedures,
  ...operationProcedures,
  ...noteProcedures,
  ...argoProcedures,
  ...workflowProcedures,
  ...timelineProcedures,
  ...bagProcedures,
  ...freezeProcedures,
  ...historyProcedures,
  ...logProcedures,
  ...clusterProcedures,
  ...consentProcedures,
  ...gitHubSignInProcedures,
  ...concourseSignInProcedures,
  ...argoServerProcedures,
  ...recordsProcedures,
  ...diagnosticsProcedures,
  ...announcementProcedures,
  ...practiceProcedures,
} as const satisfies Record<string, Procedure>;

export type ProcedureName = keyof typeof procedures;
/** Procedures that are answered while no estate is open. */
export type WindowProcedureName =
  | keyof typeof windowProcedures
  | keyof typeof aboutProcedures
  | keyof typeof estateProcedures
  | keyof typeof connectProcedures;
/** Procedures that only ask. */
export type QueryName = {
  [N in ProcedureName]: (typeof procedures)[N]['kind'] extends 'query' ? N : never;
}[ProcedureName];
/** Procedures that are done once for each `requestId`. */
export type OnceName = {
  [N in ProcedureName]: (typeof procedures)[N] extends { once: true } ? N : never;
}[ProcedureName];
export type InputOf<N extends ProcedureName> = z.input<(typeof procedures)[N]['input']>;
/** What a handler gets: the input after parsing. */
export type ParsedInputOf<N extends ProcedureName> = z.output<(typeof procedures)[N]['input']>;
export type OutputOf<N extends ProcedureName> = z.output<(typeof procedures)[N]['output']>;

/** Streams over a MessagePort: opened with an input, closed by closing the port; each message is a batch of one frame. */
export const streams = {
  /** What changed, so that queries are asked again. `key` narrows it to what its topic says (`topics`). */
  events: {
    input: nothing,
    message: z.array(
      z.object({ topic: z.enum(Object.keys(topics) as [Topic, ...Topic[]]), key: z.string().nullable() }),
    ),
  },
  ...historyStreams,
  logs: logStream,
} as const satisfies Record<string, Stream>;

export type StreamName = keyof typeof streams;
export type StreamInputOf<N extends StreamName> = z.input<(typeof streams)[N]['input']>;
export type StreamMessageOf<N extends StreamName> = z.output<(typeof streams)[N]['message']>;
