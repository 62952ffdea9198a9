import type { BuildStatus, VersionValue } from './answers';
import { type Fields, fieldsOf, idOf, textOf, textsOf, timeOf } from './fields';

/** One frame of a stream of server-sent events, as far as Concourse uses them. */
export interface Frame {
  id: string | null;
  event: string;
  data: string;
}

/** Characters of one frame: a log's chunk is of some kilobytes (`atc/exec`: 4 KiB reads), a plan's of some hundred. */
const longestFrame = 1024 * 1024;

/** That a frame grew beyond what is held in memory. */
export class FrameTooLong extends RangeError {
  override readonly name = 'FrameTooLong';
}

/**
 * Takes a stream apart ("Server-sent events", HTML standard): lines end with `\n`, `\r\n` or `\r`, an empty one ends a frame,
 * a field without a colon has an empty value. Concourse ends its stream with `event: end` and a bare `data` line.
 */
export function frameReader(): { push(text: string): Frame[] } {
  let rest = '';
  let id: string | null = null;
  let event = '';
  let data: string[] = [];
  let size = 0;
  const field = (line: string): Frame | null => {
    if (line === '') {
      const frame =
        event === '' && data.length === 0 ? null : { id, event: event || 'message', data: data.join('\n') };
      [event, data, size] = ['', [], 0];
      return frame;
    }
    if (line.startsWith(':')) return null;
    const colon = line.indexOf(':');
    const name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(line[colon + 1] === ' ' ? colon + 2 : colon + 1);
    size += line.length;
    if (size > longestFrame) throw new FrameTooLong('a frame without an end');
    if (name === 'id') id = value;
    else if (name === 'event') event = value;
    else if (name === 'data') data.push(value);
    return null;
  };
  return {
    push(text) {
      rest += text;
      // A `\r` at the very end may be half of a `\r\n`.
      const held = rest.endsWith('\r') ? 1 : 0;
      const whole = rest.slice(0, rest.length - held).split(/\r\n|\n|\r/);
      rest = `${whole.pop() ?? ''}${held ? '\r' : ''}`;
      if (rest.length > longestFrame) throw new FrameTooLong('a line without an end');
      return whole.flatMap((line) => field(line) ?? []);
    },
  };
}

/** What a build's events tell. `step` is the node of the build's plan. */
export type BuildEvent =
  | { kind: 'status'; at: string | null; status: BuildStatus }
  | { kind: 'log'; at: string | null; step: string; text: string }
  | { kind: 'error'; at: string | null; step: string; message: string }
  | { kind: 'began'; at: string | null; step: string; what: 'task' | 'get' | 'put' }
  | {
      kind: 'ended';
      at: string | null;
      step: string;
      what: 'task' | 'get' | 'put';
      exitStatus: number | null;
      version: VersionValue | null;
    }
  | { kind: 'worker'; at: string | null; step: string; worker: string };

const statuses = ['pending', 'started', 'succeeded', 'failed', 'errored', 'aborted'] as const;

function told(type: string, data: Fields): BuildEvent | null {
  const at = timeOf(data.time);
  const step = textOf(fieldsOf(data.origin)?.id) ?? '';
  const payload = data.payload;
  const [, phase, what] = /^(initialize|start|finish)-(task|get|put)$/.exec(type) ?? [];
  if (phase === 'initialize') return { kind: 'began', at, step, what: what as 'task' };
  if (phase === 'finish')
    return {
      kind: 'ended',
      at,
      step,
      what: what as 'task',
      exitStatus: data.exit_status === 0 ? 0 : idOf(data.exit_status),
      version: textsOf(data.version),
    };
  if (type === 'log' && typeof payload === 'string') return { kind: 'log', at, step, text: payload };
  if (type === 'error') return { kind: 'error', at, step, message: textOf(data.message) ?? 'an error' };
  const status = statuses.find((one) => one === data.status);
  if (type === 'status' && status) return { kind: 'status', at, status };
  const worker = textOf(data.selected_worker);
  return type === 'selected-worker' && worker ? { kind: 'worker', at, step, worker } : null;
}

/** The event in a frame's data; `null` for one that Signalbox does not know, and for what is none. */
export function readEvent(data: string): BuildEvent | null {
  let body: unknown;
  try {
    body = JSON.parse(data);
  } catch {
    // No JSON: no event that Signalbox knows.
    return null;
  }
  const fields = fieldsOf(body);
  const type = textOf(fields?.event);
  const inner = fieldsOf(fields?.data);
  return fields && type && inner ? told(type, inner) : null;
}

/** What the steps of a build are called, by the ids of its plan: `deploy` for a task, the resource's name for a get or put. */
export function stepNames(plan: unknown): Map<string, string> {
  const found = new Map<string, string>();
  const visit = (value: unknown, depth: number): void => {
    if (depth > 40) return;
    if (Array.isArray(value)) {
      for (const item of value) visit(item, depth + 1);
      return;
    }
    const fields = fieldsOf(value);
    if (!fields) return;
    const id = textOf(fields.id);
    for (const [kind, inner] of Object.entries(fields)) {
      const name = ['task', 'get', 'put', 'check', 'set_pipeline', 'load_var'].includes(kind)
        ? textOf(fieldsOf(inner)?.name)
        : null;
      if (id && name) found.set(id, name);
      else visit(inner, depth + 1);
    }
  };
  visit(fieldsOf(plan)?.plan, 0);
  return found;
}
