import type { LogLines, LogView, ShownLine } from '../../shared/contract/logs';
import type { CallReply } from '../threads/calls';
import type { SpillLimits } from './spill';

/** A line on its way into a session. `note`: a remark, no line of the log. */
export interface ArrivedLine {
  at: string | null;
  text: string;
  note?: boolean;
}

/** How much a session keeps. */
export interface StoreLimits {
  /** Lines: what a window can scroll through (Chromium ends at 33 million pixels), and 15 bytes each in memory. */
  lines: number;
  spill: Partial<SpillLimits>;
}

/** What a session is asked, by name. */
export interface Questions {
  view: { input: LogView; output: { generation: number } };
  window: {
    input: { from: number; count: number };
    output: { generation: number; from: number; lines: ShownLine[] };
  };
  seek: {
    input: { from: number | null; direction: 1 | -1 };
    output: { place: number | null; index: number; generation: number };
  };
  locate: { input: { id: number }; output: { place: number | null } };
  line: { input: { id: number }; output: { text: string; at: string | null } };
  text: {
    input: { from: number; to: number; stamps: boolean };
    output: { text: string; lines: number; cut: boolean };
  };
  save: {
    input: { file: string; what: 'all' | 'shown'; stamps: boolean };
    output: { lines: number; bytes: number };
  };
  /** Everything that was sent is in; for benchmarks and the end. */
  settled: { input: null; output: { memory: number } };
}
export type QuestionName = keyof Questions;

/** What a session begins with. */
export interface SessionBegin {
  folder: string;
  view: LogView;
  limits: Partial<StoreLimits>;
  /** The number of its first view: above all of the same session in a worker that ended. */
  generation: number;
  /** What a person has to know of it from the beginning. */
  notice: string | null;
}

export type Request =
  | { session: string; open: SessionBegin }
  | { session: string; source: { number: number; label: string } }
  | { session: string; number: number; lines: ArrivedLine[] }
  | { session: string; close: true }
  | Call;

/** One question of a session, numbered. */
export interface Call {
  session: string;
  id: number;
  question: QuestionName;
  input: Questions[QuestionName]['input'];
}

/** A request as it is sent, with its number in the order of sending. */
export interface Ordered {
  order: number;
  request: Request;
}

/** What the worker is started with. */
export interface WorkerOptions {
  /** Where it writes what it is at (`mark.ts`). */
  mark: SharedArrayBuffer;
}

export type Reply = CallReply | { session: string; lines: LogLines };
