import { Group, Radio } from '@mantine/core';
import { type Finding, type FindingLevel, findingLevels } from '../../../shared/domain/preflight/finding';
import type { SyncAnswer } from '../../../shared/domain/preflight/sync-answer';
import { count } from '../../../shared/domain/text/count';
import { LevelMark } from '../layout/mark';
import { CopyButton } from '../text/copy-button';
import { ExternalLink } from '../text/external-link';
import { TimedText } from '../time/timed-text';
import classes from './finding-list.module.css';

/** Findings that a choice in the same sheet takes away. */
const byChoice: Partial<Record<Finding['code'], string>> = {
  'nothing-differs': 'You can choose below to pack it anyway.',
  'services-lacking': 'You can choose below to leave them running.',
};

/** How a finding stands in the way, and what gets past it. */
function remedyOf(finding: Finding): string | null {
  if (finding.level === 'pass' || finding.level === 'info') return null;
  if (finding.sync) return 'Choose what to do with it.';
  const choice = byChoice[finding.code];
  if (choice) return choice;
  if (!finding.overridable) return 'This can’t be overridden.';
  if (finding.level === 'unknown') return 'Not verified. Check yourself, or continue with a reason.';
  return 'You can override this with a reason. It is saved in the commit.';
}

/** A sync stays where it is while its sentence changes by what is chosen. */
const keyOf = ({ code, message, sync }: Finding): string =>
  sync ? `${code} ${sync.application} ${sync.startedAt}` : `${code}${message}`;

const order = (level: FindingLevel): number => findingLevels.indexOf(level);

/** What is told first where nothing stands in the way: what people wrote, whose changes these are, what they touch. */
const toldFirst: readonly Finding['code'][] = ['note', 'others-changes', 'migration', 'on-its-way'];
const rank = ({ level, code }: Finding): number => {
  const at = level === 'info' ? toldFirst.indexOf(code) : 0;
  return at < 0 ? toldFirst.length : at;
};
/** Findings for information that are shown; what is more is folded, so that the sheet stays calm. */
const mostInfo = 5;

/** Decides on a sync of Argo CD that is in the way. */
type OnSync = (answer: SyncAnswer) => void;

/** One choice of two: nothing is chosen until a person does. */
function SyncChoice({ sync, onSync }: { sync: NonNullable<Finding['sync']>; onSync: OnSync }) {
  const { application, startedAt, choice } = sync;
  return (
    <Radio.Group
      label={`Sync of ${application}`}
      // `aria-label` would name the frame around the group, which has no role.
      labelProps={{ className: 'visually-hidden' }}
      value={choice}
      onChange={(value) =>
        onSync({ application, startedAt, choice: value === 'terminate' ? 'terminate' : 'wait' })
      }
    >
      <Group gap="md" mt={4}>
        <Radio size="xs" value="terminate" label="Terminate it" />
        <Radio size="xs" value="wait" label="Wait for it to end" />
      </Group>
    </Radio.Group>
  );
}

/** Who can lift it, with their page and a message that is ready to send. */
const Lift = ({ who, link, message }: NonNullable<Finding['lift']>) => (
  <p className={classes.lift}>
    <span>{who.charAt(0).toUpperCase() + who.slice(1)} can lift this.</span>
    {link && <ExternalLink url={link}>Open</ExternalLink>}
    <CopyButton text={message} label={`Copy a message to ${who}`} />
  </p>
);

function Item({ finding, past, onSync }: { finding: Finding; past: boolean; onSync?: OnSync | undefined }) {
  const remedy = past ? null : remedyOf(finding);
  return (
    <li className={`${classes.item} ${classes[finding.level] ?? ''}`}>
      <LevelMark value={finding.level} />
      <div className={classes.text}>
        <p className={finding.code === 'note' ? classes.note : undefined}>
          <TimedText text={finding.message} />
        </p>
        {finding.evidence && (
          <p className={classes.evidence}>
            <TimedText text={finding.evidence} />
          </p>
        )}
        {remedy && <p className={classes.remedy}>{remedy}</p>}
        {finding.lift && !past && <Lift {...finding.lift} />}
        {finding.sync && onSync && !past && <SyncChoice sync={finding.sync} onSync={onSync} />}
      </div>
    </li>
  );
}

/** Preflight's findings, the gravest first; what passed is folded once there is much of it. `past`: nothing
 * can be done about them any more. `pending`: what is still asked; left out: all answers are there. */
export function FindingList({
  findings,
  past = false,
  pending,
  onSync,
}: {
  findings: readonly Finding[];
  past?: boolean;
  pending?: readonly { message: string }[];
  /** Left out: nothing can be chosen here. */
  onSync?: OnSync;
}) {
  const sorted = findings.toSorted((a, b) => order(a.level) - order(b.level) || rank(a) - rank(b));
  const infos = sorted.filter(({ level }) => level === 'info');
  const folded = infos.length > mostInfo + 1 ? infos.slice(mostInfo) : [];
  const shown = sorted.filter((finding) => !folded.includes(finding));
  const open = shown.filter((finding) => finding.level !== 'pass');
  const passed = sorted.filter((finding) => finding.level === 'pass');
  const fold = passed.length > 3;
  if (findings.length === 0 && pending === undefined) return <p>No problems found.</p>;
  return (
    <div className={classes.list}>
      <ul aria-label="Checks" aria-busy={pending !== undefined || undefined}>
        {(fold ? open : shown).map((finding) => (
          <Item key={keyOf(finding)} finding={finding} past={past} onSync={onSync} />
        ))}
        {pending?.map(({ message }) => (
          <Waiting key={message} what={message} />
        ))}
      </ul>
      {folded.length > 0 && (
        <details className={classes.fold}>
          <summary>{count(folded.length, 'more check')} for information</summary>
          <ul aria-label="For information">
            {folded.map((finding) => (
              <Item key={keyOf(finding)} finding={finding} past={past} />
            ))}
          </ul>
        </details>
      )}
      {fold && (
        <details className={classes.fold}>
          <summary>{count(passed.length, 'check')} passed</summary>
          <ul aria-label="Passed checks">
            {passed.map((finding) => (
              <Item key={keyOf(finding)} finding={finding} past={past} />
            ))}
          </ul>
        </details>
      )}
    </div>
  );
}

const Waiting = ({ what }: { what: string }) => (
  <li className={`${classes.item} ${classes.waiting}`}>
    <span>Checking</span>
    <span>{what}</span>
  </li>
);

/** The same place until anything is known. */
export function FindingsWaiting() {
  const checks = ['Environment', 'Version', 'Earlier tests', 'Migrations'];
  return (
    <ul className={classes.list} aria-label="Checks" aria-busy>
      {checks.map((check) => (
        <Waiting key={check} what={check} />
      ))}
    </ul>
  );
}
