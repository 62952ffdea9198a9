import type { Bridge } from '../../shared/contract/bridge';
import {
  type LogLines,
  type LogSourceState,
  type LogView,
  type logProcedures,
  type ShownLine,
  wholeLog,
} from '../../shared/contract/logs';
import { plain, severities, severityOf } from '../../shared/domain/log/log-text';
import type { Answers } from './answers';
import { devLogLine } from './operations';

interface DevSession {
  view: LogView;
  generation: number;
  lines: ShownLine[];
}
const sessions = new Map<string, DevSession>();

const hitsOf = (text: string, wanted: string): [number, number][] => {
  const at = wanted === '' ? -1 : plain(text).toLowerCase().indexOf(wanted.toLowerCase());
  return at < 0 ? [] : [[at, at + wanted.length]];
};

/** What a session shows, worked out the slow and obvious way. */
const shownOf = ({ view, lines }: DevSession): ShownLine[] =>
  lines
    .filter(({ source }) => !view.hidden.includes(source))
    .filter(
      ({ severity }) =>
        view.severity === 'all' || severities.indexOf(severity) >= severities.indexOf(view.severity),
    )
    .map((line) => {
      const hits = hitsOf(line.text, view.find.text);
      return { ...line, hits, hit: hits.length > 0 };
    })
    .filter(({ hit }) => !view.find.filter || view.find.text === '' || hit);

function picture(session: DevSession): LogLines {
  const shown = shownOf(session);
  const from = Math.max(0, shown.length - 100);
  return {
    type: 'lines',
    generation: session.generation,
    first: 0,
    end: shown.length,
    kept: session.lines.length,
    dropped: 0,
    changedFrom: from,
    tail: { from, lines: shown.slice(from) },
    found:
      session.view.find.text === '' ? null : { count: shown.filter(({ hit }) => hit).length, complete: true },
    problem: null,
    notice: null,
  };
}

const needed = (session: string): DevSession => {
  const open = sessions.get(session);
  if (!open) throw new Error('no such session');
  return open;
};

/** A log stream that grows by itself. */
export const devLogStream =
  (flood: boolean): Bridge['open']['logs'] =>
  (input, onMessage) => {
    const session: DevSession = { view: wholeLog, generation: 1, lines: [] };
    sessions.set(input.session, session);
    const add = (count: number): void => {
      for (let index = 0; index < count; index += 1) {
        const id = session.lines.length;
        const { at, text } = devLogLine(id);
        session.lines.push({
          id,
          number: id + 1,
          at,
          source: id % Math.max(1, input.sources.length),
          severity: severityOf(plain(text)),
          text,
          whole: null,
          hit: false,
          hits: [],
        });
      }
      onMessage(picture(session));
    };
    const states = input.sources.map(
      (source, number): LogSourceState => ({
        number,
        source,
        state: 'following',
        text: 'Following',
        lines: 200,
      }),
    );
    onMessage({ type: 'sources', sources: states });
    add(flood ? 200_000 : 400);
    const timer = setInterval(() => add(flood ? 100 : 1), flood ? 20 : 400);
    return () => {
      clearInterval(timer);
      sessions.delete(input.session);
    };
  };

/** Answers about those sessions. */
export const devLogs: Answers<typeof logProcedures> = {
  'logs.join': () => ({}),
  'logs.view': ({ session, view }) => {
    const open = needed(session);
    open.view = view;
    open.generation += 1;
    return { generation: open.generation };
  },
  'logs.window': ({ session, from, count }) => {
    const open = needed(session);
    return { generation: open.generation, from, lines: shownOf(open).slice(from, from + count) };
  },
  'logs.seek': ({ session, from, direction }) => {
    const open = needed(session);
    const places = shownOf(open).flatMap(({ hit }, place) => (hit ? [place] : []));
    const start = from ?? -1;
    const next =
      direction === 1
        ? (places.find((place) => place > start) ?? places[0])
        : (places.findLast((place) => place < start) ?? places.at(-1));
    return {
      place: next ?? null,
      index: next === undefined ? 0 : places.indexOf(next) + 1,
      generation: open.generation,
    };
  },
  'logs.locate': ({ id }) => ({ place: id }),
  'logs.line': ({ session, id }) => {
    const line = needed(session).lines[id];
    return { text: plain(line?.text ?? ''), at: line?.at ?? null };
  },
  'logs.text': ({ session, from, to }) => {
    const lines = shownOf(needed(session)).slice(from, to);
    return { text: lines.map(({ text }) => plain(text)).join('\n'), lines: lines.length, cut: false };
  },
  'logs.save': () => ({ saved: { file: 'log.txt', lines: 400, bytes: 40_000 } }),
};
