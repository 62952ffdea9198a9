import { Button, Checkbox, Popover } from '@mantine/core';
import { IconChevronDown } from '@tabler/icons-react';
import { type LogSource, type LogSourceState, logSourceKey } from '../../../shared/contract/logs';
import { count } from '../count';
import type { SourceLabel } from './labels';
import classes from './log-sources.module.css';

interface LogSourcesProps {
  name: string;
  states: readonly LogSourceState[];
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
export function LogSources({ name, states, labels, hidden, onToggle, onJoin }: LogSourcesProps) {
  const known = new Set(states.map(({ source }) => logSourceKey(source)));
  const shown = states.length - hidden.length;
  const [only] = states;
  const text =
    states.length === 1 && only
      ? `${only.source.container} · ${only.source.pod}`
      : `${name} · ${shown === states.length ? '' : `${shown} of `}${count(states.length, 'log')}`;
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
        <ul className={classes.list}>
          {states.map(({ number, source, state, text: why, lines }) => {
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
      </Popover.Dropdown>
    </Popover>
  );
}
