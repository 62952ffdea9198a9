import { Button, Checkbox, Popover } from '@mantine/core';
import { IconChevronDown } from '@tabler/icons-react';
import { type LogSource, type LogSourceState, logSourceKey } from '../../../shared/contract/logs';
import { count } from '../../../shared/domain/text/count';
import type { JoinedSource, LogSession } from '../../data/log-session';
import { useLogPart } from '../../data/use-log';
import classes from './log-sources.module.css';
import type { SourceLabel } from './source-labels';

interface LogSourcesProps {
  name: string;
  session: LogSession;
  joined: readonly JoinedSource[];
  labels: ReadonlyMap<number, SourceLabel>;
  hidden: readonly number[];
  onToggle: (number: number, shown: boolean) => void;
  onJoin: (source: LogSource) => void;
}

const words: Record<LogSourceState['state'], string> = {
  connecting: 'opening',
  following: 'live',
  waiting: 'waits',
  reconnecting: 'reconnecting',
  ended: 'ended',
  gone: 'gone',
  failed: 'failed',
};

/** Whose lines are shown: each source with its colour, name and state, to be switched off and on. */
export function LogSources(props: LogSourcesProps) {
  const { name, joined, hidden } = props;
  const shown = joined.length - hidden.length;
  const [only] = joined;
  const text =
    joined.length === 1 && only
      ? `${only.source.container} · ${only.source.pod}`
      : `${name} · ${shown === joined.length ? '' : `${shown} of `}${count(joined.length, 'log')}`;
  return (
    <Popover position="bottom-start" shadow="md" trapFocus returnFocus>
      <Popover.Target>
        <Button
          variant="default"
          size="xs"
          className={classes.target}
          rightSection={<IconChevronDown size={14} aria-hidden />}
        >
          {text}
        </Button>
      </Popover.Target>
      <Popover.Dropdown className={classes.panel}>
        <SourceList {...props} />
      </Popover.Dropdown>
    </Popover>
  );
}

const opening = { state: 'connecting', text: 'Opening the log…', lines: 0 } as const;

/** The sources with how each is doing; only while it is open is it drawn as lines come. */
function SourceList({ session, joined, labels, hidden, onToggle, onJoin }: LogSourcesProps) {
  const known = new Set(joined.map(({ source }) => logSourceKey(source)));
  const now = useLogPart(session, ({ sources }) => sources);
  const states = new Map(now.map((state) => [state.number, state]));
  return (
    <ul className={classes.list}>
      {joined.map(({ number, source }) => {
        const { state, text: why, lines } = states.get(number) ?? opening;
        const previous = { ...source, previous: true };
        const label = labels.get(number);
        return (
          <li key={number} className={classes.source}>
            <Checkbox
              size="xs"
              checked={!hidden.includes(number)}
              onChange={(event) => onToggle(number, event.currentTarget.checked)}
              label={
                <span className={classes.name}>
                  <span className={classes.swatch} data-tone={label?.tone} aria-hidden />
                  {source.role && <strong>{source.role}</strong>}
                  <span className="mono">{source.pod}</span>
                  <span className={classes.quiet}>
                    {source.container}
                    {source.previous && ', previous run'}
                  </span>
                </span>
              }
            />
            <span className={classes.state} data-state={state} title={why}>
              {words[state]}
            </span>
            <span className={classes.lines}>{lines.toLocaleString('en-GB')}</span>
            {source.previous || known.has(logSourceKey(previous)) ? (
              <span />
            ) : (
              <Button
                variant="subtle"
                size="compact-xs"
                aria-label={`Previous run of ${source.container} in ${source.pod}`}
                onClick={() => onJoin(previous)}
              >
                Previous run
              </Button>
            )}
          </li>
        );
      })}
    </ul>
  );
}
