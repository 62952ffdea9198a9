import { z } from 'zod';
import { manualActionSchema } from '../domain/operation/manual-action';

/**
 * What changes tell of (the stream `events`), and what the key of each names; `null`: an event of it has no key. The
 * names of the keys are those of the fields in the inputs of queries.
 */
export const topics = {
  session: null,
  /** Which estate is open, and what became of a change of its file. */
  estate: null,
  board: null,
  app: 'app',
  operation: 'operationId',
  rollout: 'app',
  workflow: 'app',
  /** A cluster that went away or came back changes how far everything of it can be relied on. */
  cluster: 'environment',
  consent: null,
  'github-sign-in': null,
  'concourse-sign-in': null,
  history: null,
  settings: null,
  /** Newer versions of Signalbox itself. */
  update: null,
  /** Sessions at Argo's own servers. */
  account: null,
  /** What is told to people. */
  announcement: null,
  timeline: 'app',
  bags: 'pipeline',
} as const;
export type Topic = keyof typeof topics;
/** What an event's key may name. */
export type TopicKey = NonNullable<(typeof topics)[Topic]>;

/** How a question's answer changes. */
interface Changes<Field extends string> {
  /** Topics whose events mean that the answer may be another one now; none: whoever asks knows when to ask again. */
  changedBy: readonly Topic[];
  /** Fields of the input that an event's key narrows: an event about another app leaves this app's answer as it is. */
  narrowedBy?: readonly Field[];
  /** Its texts are lines of logs, cleaned where they arrive: the window draws their colours (`ipc/display-border.ts`). */
  coloured?: true;
}
/** The fields that every form of an input has and that a key may name. */
type NarrowingField<I extends z.ZodType> = Extract<keyof z.input<I>, TopicKey>;

/** A question: it changes nothing, so that it may be asked again at any time. */
interface Query<I extends z.ZodType = z.ZodType, O extends z.ZodType = z.ZodType> extends Changes<TopicKey> {
  kind: 'query';
  input: I;
  output: O;
}

/** Something that is done. */
interface Action<I extends z.ZodType = z.ZodType, O extends z.ZodType = z.ZodType> {
  kind: 'action';
  input: I;
  output: O;
  /** Its input holds a `requestId`: the same one is done once, however often it is sent (`session/requests.ts`). */
  once?: true;
}

/** One call from the renderer to main: what goes in, what comes out. Both sides check both. */
export type Procedure = Query | Action;

/** What is sent as it comes. */
export interface Stream {
  input: z.ZodType;
  message: z.ZodType;
  /** As in a query. */
  coloured?: true;
}

export const query = <I extends z.ZodType, O extends z.ZodType>(
  input: I,
  output: O,
  changes: Changes<NarrowingField<I>>,
) => ({ kind: 'query' as const, input, output, ...changes });

/** Something that is done and that comes to the same however often it is sent: a setting, an answer, a cancellation. */
export const action = <I extends z.ZodType, O extends z.ZodType>(input: I, output: O) => ({
  kind: 'action' as const,
  input,
  output,
});

/**
 * Something that would be done twice by being sent twice. Its input gets a `requestId`, which the window makes for each
 * attempt (`renderer/data/attempts.ts`).
 */
export const actionOnce = <S extends z.ZodRawShape, O extends z.ZodType>(
  input: z.ZodObject<S>,
  output: O,
) => ({
  kind: 'action' as const,
  once: true as const,
  input: input.extend({ requestId: z.uuid() }),
  output,
});

/** Input of what asks for nothing. */
export const nothing = z.object({});
/** Name of an app, environment, pipeline, object… */
export const name = z.string().min(1).max(200);
/** What came of an action on a cluster. `text` says what was done; `action` is its entry in the list of actions. */
export const doneSchema = z.object({ text: z.string(), action: manualActionSchema });
