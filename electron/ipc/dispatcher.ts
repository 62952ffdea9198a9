import type { z } from 'zod';
import {
  type OutputOf,
  type ParsedInputOf,
  type ProcedureName,
  procedures,
  type StreamMessageOf,
  type StreamName,
  streams,
  type WindowProcedureName,
} from '../../shared/contract/contract';
import { type Failure, fail, ok, type Result } from '../../shared/domain/failure/failure';
import { failureOf } from '../../shared/domain/failure/failure-of';
import { visibleText } from '../../shared/domain/text/visible-text';
import { createDisplayBorder } from './display-border';

/** One handler per procedure; an expected failure is thrown as a `FailureError`. */
export type Handlers = {
  [N in ProcedureName]: (input: ParsedInputOf<N>) => Promise<OutputOf<N>> | OutputOf<N>;
};

/** The handlers of what needs an open estate. */
export type SessionHandlers = Omit<Handlers, WindowProcedureName>;

/** The handlers of one family of the contract. */
export type HandlersOf<Family> = Pick<Handlers, Extract<keyof Family, ProcedureName>>;

/** One handler per stream: runs until the signal is aborted or it has nothing more to send. */
export type StreamHandlers = {
  [N in StreamName]: (
    input: z.output<(typeof streams)[N]['input']>,
    send: (message: StreamMessageOf<N>) => void,
    signal: AbortSignal,
  ) => Promise<void>;
};

/** Whether an entry of the contract says that its texts keep their colours. */
const isColoured = (entry: object): boolean => 'coloured' in entry && entry.coloured === true;

/** One window, one border. */
const border = createDisplayBorder();

const refusal = (message: string, detail: string): Failure => ({
  code: 'invalid-input',
  message,
  meaning: 'Nothing was done.',
  next: [{ do: 'advice', label: 'This is a bug in Signalbox: please report it with the technical details.' }],
  detail,
});

/** The handler is through: what it was asked to do is done, though nobody can say with what result. */
const unreadableAnswer = (name: string, acted: boolean, detail: string): Failure => ({
  ...refusal(`The answer to ${name} is not valid.`, detail),
  code: acted ? 'unknown-outcome' : 'internal',
  meaning: acted ? 'It may have been done: check before you try again.' : 'Nothing was done.',
});

/**
 * Answers a call from the renderer, which is not trusted: the input is parsed by the contract, and so is the output
 * (which also drops every field that the contract doesn't name, so nothing secret slips out with an object).
 * @param handlers resolves when what answers is open; its rejection answers the call.
 * @param report is told of faults (not of expected failures).
 */
export async function dispatch(
  handlers: () => Promise<Partial<Handlers>>,
  name: ProcedureName,
  payload: unknown,
  report: (name: string, error: unknown) => void,
): Promise<Result<unknown>> {
  const answer = await answerTo(handlers, name, payload, report);
  return border.shown(answer, isColoured(procedures[name])) as Result<unknown>;
}

async function answerTo(
  handlers: () => Promise<Partial<Handlers>>,
  name: ProcedureName,
  payload: unknown,
  report: (name: string, error: unknown) => void,
): Promise<Result<unknown>> {
  const procedure = procedures[name];
  const input = procedure.input.safeParse(border.meant(payload));
  if (!input.success)
    return fail(refusal(`The call ${name} contained data that is not allowed.`, input.error.message));
  try {
    const handler = (await handlers())[name] as (input: unknown) => unknown;
    const answer = await handler(input.data);
    const output = procedure.output.safeParse(answer);
    if (output.success) return ok(output.data);
    report(name, output.error);
    return fail(unreadableAnswer(name, procedure.kind === 'action', output.error.message));
  } catch (error) {
    const failure = failureOf(error);
    if (failure.code === 'internal') report(name, error);
    return fail(failure);
  }
}

/**
 * Runs a stream until it ends or is aborted. Its messages are parsed by the contract, as answers are; one that does not
 * fit is reported and not sent.
 * @returns the text of the problem that ended it, `null` when it ended by itself or by the abort.
 */
export async function runStream(
  handlers: () => Promise<Partial<StreamHandlers>>,
  name: StreamName,
  payload: unknown,
  send: (message: unknown) => void,
  signal: AbortSignal,
  report: (name: string, error: unknown) => void,
): Promise<string | null> {
  const input = streams[name].input.safeParse(border.meant(payload));
  if (!input.success) return `The stream ${name} was opened with data that is not allowed.`;
  try {
    const handler = (await handlers())[name] as
      | ((input: unknown, send: (message: unknown) => void, signal: AbortSignal) => Promise<void>)
      | undefined;
    if (!handler) return 'No estate is open.';
    const sendParsed = (message: unknown): void => {
      const parsed = streams[name].message.safeParse(message);
      if (parsed.success) send(border.shown(parsed.data, isColoured(streams[name])));
      else report(name, parsed.error);
    };
    await handler(input.data, sendParsed, signal);
    return null;
  } catch (error) {
    if (signal.aborted) return null;
    const failure = failureOf(error);
    if (failure.code === 'internal') report(name, error);
    return visibleText(`${failure.message} ${failure.meaning}`);
  }
}
