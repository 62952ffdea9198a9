import { useDebouncedValue } from '@mantine/hooks';
import { IconGitBranch, IconGitCommit, IconTag } from '@tabler/icons-react';
import { Command } from 'cmdk';
import { useState } from 'react';
import type { Candidate } from '../../../shared/domain/ledger/change';
import { isImageTag } from '../../../shared/domain/ledger/version';
import { useCandidates } from '../../data/queries';
import { FailurePanel } from '../../ui/finding/failure-panel';
import { age } from '../../ui/time/time';
import { TimedText } from '../../ui/time/timed-text';
import { useNow } from '../../ui/time/use-now';
import classes from './candidate-picker.module.css';

const shapes = { tag: IconTag, branch: IconGitBranch, commit: IconGitCommit };

interface PickerProps {
  app: string;
  onPick: (version: string) => void;
}

/** Tags, branches and commits that can be deployed: typed to find, arrows to walk, Enter to pick. */
export function CandidatePicker({ app, onPick }: PickerProps) {
  const [query, setQuery] = useState('');
  const [wanted] = useDebouncedValue(query.trim(), 120);
  const candidates = useCandidates(app, wanted);
  const found = candidates.data?.candidates ?? [];
  const exact = found.some((candidate) => candidate.version === wanted || candidate.name === wanted);
  // Until what was typed is answered the list is of what was typed before, and a branch of that name may still be found.
  const isAnswered = query.trim() === wanted && !candidates.isPending && !candidates.isPlaceholderData;
  const asIs = isAnswered && wanted !== '' && !exact && isImageTag(wanted) ? [`as-is ${wanted}`] : [];
  const options = [...found.map(optionOf), ...asIs];
  const [walkedTo, setWalkedTo] = useState('');
  // What is found comes later than what is typed. Enter must never fall on an option that has gone.
  const active = options.includes(walkedTo) ? walkedTo : (options[0] ?? '');
  const isTyped = found.some((one) => optionOf(one) === active && one.name === query.trim());
  return (
    <div className={classes.picker}>
      <Command
        shouldFilter={false}
        loop
        label="Version to deploy"
        value={active}
        onValueChange={setWalkedTo}
        onKeyDown={(event) => {
          // Enter takes what was typed, never what an older list happens to begin with.
          if (event.key === 'Enter' && !isAnswered && !isTyped) event.preventDefault();
        }}
      >
        <Command.Input
          autoFocus
          data-autofocus
          value={query}
          onValueChange={setQuery}
          placeholder="Tag, branch or commit…"
          className={classes.input}
        />
        <Command.List className={classes.list} label="Versions">
          {candidates.isPending && <Command.Loading>Loading tags and branches…</Command.Loading>}
          {!candidates.isPending && found.length === 0 && (
            <Command.Empty className={classes.empty}>
              {candidates.data?.freshness.state === 'absent'
                ? 'The estate file has no source repos: type the image tag.'
                : 'No matching tags, branches or commits.'}
            </Command.Empty>
          )}
          {found.map((candidate) => (
            <Item key={optionOf(candidate)} candidate={candidate} onPick={onPick} />
          ))}
          {asIs.map((option) => (
            <Command.Item
              key={option}
              value={option}
              className={classes.item}
              onSelect={() => onPick(wanted)}
            >
              <IconTag size={14} aria-hidden />
              <span className={classes.name}>
                Use the image tag <span className="mono">{wanted}</span> as it is
              </span>
            </Command.Item>
          ))}
        </Command.List>
      </Command>
      {candidates.data?.partial && (
        <p className={classes.partial}>
          <TimedText text={candidates.data.partial} />
        </p>
      )}
      {candidates.error && (
        <FailurePanel failure={candidates.error.failure} onRetry={() => void candidates.refetch()} />
      )}
    </div>
  );
}

const optionOf = ({ kind, name }: Candidate): string => `${kind} ${name}`;

function Item({ candidate, onPick }: { candidate: Candidate; onPick: (version: string) => void }) {
  const now = useNow('calm');
  const Shape = shapes[candidate.kind];
  return (
    <Command.Item
      value={optionOf(candidate)}
      className={classes.item}
      onSelect={() => onPick(candidate.version)}
    >
      <Shape size={14} aria-label={candidate.kind} />
      <span className={`${classes.name} mono`} title={candidate.version}>
        {candidate.kind === 'commit' ? candidate.sha.slice(0, 8) : candidate.name}
      </span>
      <span className={classes.subject}>{candidate.subject}</span>
      <span className={classes.running}>
        {candidate.runningIn.length > 0 && `in ${candidate.runningIn.join(', ')}`}
      </span>
      <span className={classes.age}>{candidate.at ? age(candidate.at, now) : ''}</span>
    </Command.Item>
  );
}
