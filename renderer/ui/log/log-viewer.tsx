import { notifications } from '@mantine/notifications';
import { useCallback, useMemo, useRef, useState } from 'react';
import { type LogSource, logSourceKey, type ShownLine } from '../../../shared/contract/logs';
import { count } from '../../../shared/domain/text/count';
import { ask } from '../../data/call';
import type { JoinedSource } from '../../data/log-session';
import { useLog, useLogPart } from '../../data/use-log';
import { announce } from '../text/announcer';
import { copyText } from '../text/copy';
import { LogFoot } from './log-foot';
import { LogList } from './log-list';
import { LogMenu } from './log-menu';
import { LogSources } from './log-sources';
import { LogToolbar } from './log-toolbar';
import classes from './log-viewer.module.css';
import { useLogPreferences } from './preferences';
import { sourceLabels } from './source-labels';
import { useLogView } from './use-log-view';
import { WholeLine } from './whole-line';

interface LogViewerProps {
  /** Whose logs these are, for people. */
  name: string;
  /**
   * The logs that are shown, merged by time. Sources that join later need no new key, and those that are left out later
   * stay; give the viewer a key where another thing's logs begin.
   */
  sources: readonly LogSource[];
}

/** Logs of one or many containers: follows, finds, filters, copies and saves. */
export function LogViewer({ name, sources }: LogViewerProps) {
  const session = useLog(sources);
  const state = useLogView(session);
  const { stamps } = useLogPreferences();
  const [target, setTarget] = useState<{ place: number } | null>(null);
  const [whole, setWhole] = useState<ShownLine | null>(null);
  const sight = useRef({ top: 0, bottom: 0 });
  const all = useLogPart(session, ({ joined }) => joined);
  const joined = useMemo(() => withRoles(all, sources), [all, sources]);
  const labels = useMemo(() => sourceLabels(joined), [joined]);
  const [only] = joined;
  const { view, present } = state;

  const find = (direction: 1 | -1): void => {
    // The first step goes to a hit in sight, where there is one.
    const { top, bottom } = sight.current;
    const start = direction === -1 ? bottom : top === 0 ? null : top - 1;
    void state.go(direction, start).then((place) => {
      if (place !== null) setTarget({ place });
    });
  };
  const copy = async (from: number, to: number): Promise<void> => {
    const answer = await ask('logs.text', { session: session.id, from, to, stamps: false });
    if (!answer.ok) return tell('Could not copy the log', answer.failure.message);
    await copyText(answer.value.text);
    const { lines, cut } = answer.value;
    const text = `${count(lines, 'line')} copied`;
    if (cut) tell(text, 'Too many lines for the clipboard: save the log instead.');
    else announce(text);
  };
  const save = async (what: 'all' | 'shown'): Promise<void> => {
    const answer = await ask('logs.save', {
      session: session.id,
      what,
      stamps: stamps !== 'off',
      name: fileName(name),
    });
    if (!answer.ok) tell(answer.failure.message, answer.failure.meaning);
    else if (answer.value.saved)
      tell(`Saved as ${answer.value.saved.file}`, count(answer.value.saved.lines, 'line'));
  };
  const onSight = useCallback((top: number, bottom: number) => {
    sight.current = { top, bottom };
  }, []);

  return (
    <div className={classes.viewer}>
      <LogToolbar
        state={state}
        session={session}
        onFind={find}
        sources={
          <LogSources
            name={name}
            session={session}
            joined={joined}
            labels={labels}
            hidden={view.hidden}
            onToggle={state.toggleSource}
            onJoin={(source) => void session.join([source])}
          />
        }
        menu={
          <LogMenu
            filtered={view.severity !== 'all' || view.hidden.length > 0 || view.find.filter}
            onCopy={() => void copy(session.picture.first, session.picture.end)}
            onSave={(what) => void save(what)}
          />
        }
      />
      <LogList
        session={session}
        label={`Log of ${joined.length === 1 && only ? `${only.source.pod}, ${only.source.container}` : name}`}
        labels={joined.length > 1 ? labels : null}
        target={target}
        presentPlace={present?.place ?? null}
        onWhole={setWhole}
        onCopy={(from, to) => void copy(from, to)}
        onSight={onSight}
      />
      <LogFoot session={session} />
      <WholeLine session={session.id} line={whole} onClose={() => setWhole(null)} />
    </div>
  );
}

/** What was the new pod when it joined is the old one after the next deployment. */
function withRoles(joined: readonly JoinedSource[], now: readonly LogSource[]): JoinedSource[] {
  const roles = new Map(now.map((source) => [logSourceKey(source), source.role]));
  return joined.map((one) => {
    const role = roles.get(logSourceKey(one.source));
    return role === undefined ? one : { ...one, source: { ...one.source, role } };
  });
}

/** Only what every file system takes. */
const fileName = (name: string): string => name.replace(/[^\w.-]+/g, '-').slice(0, 100) || 'log';

const tell = (title: string, message: string): void => {
  notifications.show({ title, message, autoClose: 8_000 });
};
