import { z } from 'zod';
import { severities } from '../domain/log/log-text';
import { action, nothing, query } from './procedure';

const objectName = z.string().min(1).max(253);

/** One container's log, one job's of GitHub Actions, or one build's of a Concourse. A container's is of its present run or of the run before its last restart. */
export const logSourceSchema = z.object({
  environment: objectName,
  namespace: objectName,
  pod: objectName,
  container: objectName,
  previous: z.boolean(),
  /** What the pod is to a person, shown with its name: `new`, `old`, `smoke-test`, `hook db-migrate`. */
  role: z.string().max(100).nullable(),
  /** Where it is the log of a job of GitHub Actions, which lies there: `pod` is the job's name, `container` the workflow. */
  job: z.object({ owner: objectName, repo: objectName, id: z.number().int().min(0) }).optional(),
  /** Where it is the log of a Concourse build: `pod` is the job's name, `container` the build's, `namespace` the pipeline. */
  build: z.number().int().min(1).optional(),
});
export type LogSource = z.infer<typeof logSourceSchema>;

/** The same log has the same key, whatever its role is called. */
export const logSourceKey = ({
  environment,
  namespace,
  pod,
  container,
  previous,
  job,
  build,
}: LogSource): string =>
  `${environment}/${namespace}/${pod}/${container}${previous ? '/previous' : ''}${job ? `/job ${job.id}` : ''}${build ? `/build ${build}` : ''}`;

const logFindSchema = z.object({
  /** Empty: nothing is looked for. */
  text: z.string().max(2000),
  regex: z.boolean(),
  matchCase: z.boolean(),
  /** Whether lines without a hit are left out. */
  filter: z.boolean(),
});
export type LogFind = z.infer<typeof logFindSchema>;

/** What of a session's lines is shown. */
export const logViewSchema = z.object({
  /** Sources that are switched off, by their numbers. */
  hidden: z.array(z.number().int().min(0)).max(2000),
  /** Lines less grave are left out. */
  severity: z.enum(['all', 'info', 'warn', 'error']),
  find: logFindSchema,
});
export type LogView = z.infer<typeof logViewSchema>;

export const wholeLog: LogView = {
  hidden: [],
  severity: 'all',
  find: { text: '', regex: false, matchCase: false, filter: false },
};

const severitySchema = z.enum(severities);

/** A line as it is drawn. Places count from the first line ever shown in a view, also when the oldest are let go. */
const shownLineSchema = z.object({
  /** Number of its arrival in the session: its name. */
  id: z.number(),
  /** 1-based number in the whole log, in the order of time. */
  number: z.number(),
  /** The cluster's stamp; RFC 3339 with up to nine digits. */
  at: z.string().nullable(),
  /** Number of the source. */
  source: z.number(),
  severity: severitySchema,
  /** With its colours (SGR), and nothing else that could steer a terminal. A long one is cut. */
  text: z.string(),
  /** UTF-16 units of the whole line, when the text is cut. */
  whole: z.number().nullable(),
  /** Whether the find hits it, and where in its plain text. */
  hit: z.boolean(),
  hits: z.array(z.tuple([z.number(), z.number()])),
});
export type ShownLine = z.infer<typeof shownLineSchema>;

const windowSchema = z.object({
  /** Grows when the view changes: a window of another generation is of another view. */
  generation: z.number(),
  /** Place of the first line. */
  from: z.number(),
  lines: z.array(shownLineSchema),
});

const session = z.uuid();
const place = z.number().int().min(0);
/** Nothing tells that a part of a log changed: the stream `logs` does. */
const lines = { changedBy: [], coloured: true } as const;

/** What is asked of an open log session (see the stream `logs`). */
export const logProcedures = {
  /** Follows further sources in the same session; those that it has stay as they are. */
  'logs.join': action(z.object({ session, sources: z.array(logSourceSchema).max(500) }), nothing),
  /** Changes what is shown; the stream's next `lines` is of the new view. */
  'logs.view': action(z.object({ session, view: logViewSchema }), z.object({ generation: z.number() })),
  'logs.window': query(
    z.object({ session, from: place, count: z.number().int().min(1).max(1000) }),
    windowSchema,
    lines,
  ),
  /** The next or previous hit from a place on, going round; `null` without hits. `index`: 1-based among the hits. */
  'logs.seek': query(
    z.object({ session, from: place.nullable(), direction: z.union([z.literal(1), z.literal(-1)]) }),
    z.object({ place: z.number().nullable(), index: z.number(), generation: z.number() }),
    lines,
  ),
  /** Where a line is shown now; `null` when it is not, or was let go. */
  'logs.locate': query(z.object({ session, id: place }), z.object({ place: z.number().nullable() }), lines),
  /** One line, whole, with its colours taken out; at most 8 MB of it. */
  'logs.line': query(
    z.object({ session, id: place }),
    z.object({ text: z.string(), at: z.string().nullable() }),
    lines,
  ),
  /** Shown lines as text, for the clipboard. `cut`: there are more than a clipboard should hold. */
  'logs.text': query(
    z.object({ session, from: place, to: place, stamps: z.boolean() }),
    z.object({ text: z.string(), lines: z.number(), cut: z.boolean() }),
    lines,
  ),
  /** Asks the person where to, and writes there: all lines that are kept, or those that are shown. */
  'logs.save': action(
    z.object({ session, what: z.enum(['all', 'shown']), stamps: z.boolean(), name: z.string().max(200) }),
    z.object({
      /** `null`: the person thought better of it. */
      saved: z.object({ file: z.string(), lines: z.number(), bytes: z.number() }).nullable(),
    }),
  ),
} as const;

/** A source of a session, and how it is doing. */
const sourceStateSchema = z.object({
  number: z.number(),
  source: logSourceSchema,
  /**
   * `waiting`: the container has not started, or starts again after a pause; `ended`: it ended and all was read;
   * `gone`: the pod is no longer there; `failed`: it could not be read.
   */
  state: z.enum(['connecting', 'following', 'waiting', 'reconnecting', 'ended', 'gone', 'failed']),
  text: z.string(),
  lines: z.number(),
});
export type LogSourceState = z.infer<typeof sourceStateSchema>;

/** A session of logs: it lives as long as its stream. */
export const logStream = {
  coloured: true,
  input: z.object({
    /** Named by the window, so that the procedures can speak of it. */
    session,
    sources: z.array(logSourceSchema).max(500),
    view: logViewSchema,
  }),
  message: z.discriminatedUnion('type', [
    z.object({ type: z.literal('sources'), sources: z.array(sourceStateSchema) }),
    z.object({
      type: z.literal('lines'),
      generation: z.number(),
      /** Places of the first shown line, and of the one that will come next. */
      first: z.number(),
      end: z.number(),
      /** Lines of the session that are kept, and older ones that were let go. */
      kept: z.number(),
      dropped: z.number(),
      /** From this place on lines are not what they were. */
      changedFrom: z.number(),
      /** The newest shown lines. */
      tail: windowSchema.omit({ generation: true }),
      /** Lines with a hit, so far; `null` when nothing is looked for. */
      found: z.object({ count: z.number(), complete: z.boolean() }).nullable(),
      /** Why there is no find: the expression is none, or takes too long. */
      problem: z.string().nullable(),
      /** What a person has to know of what is kept. */
      notice: z.string().nullable(),
    }),
  ]),
} as const;
export type LogLines = Extract<z.infer<(typeof logStream)['message']>, { type: 'lines' }>;
