import { Button, Checkbox } from '@mantine/core';
import { freezeMail } from '../../../shared/domain/announcement/freeze-mail';
import type { FreezeIntent } from '../../../shared/domain/operation/intent';
import { useAnnouncements, useDraftMail } from '../../data/announcement-queries';
import { FailurePanel } from '../finding/failure-panel';
import sheet from '../sheet/sheet.module.css';
import classes from './announce-dialog.module.css';

type Set = Extract<FreezeIntent, { kind: 'freeze' }>;

/** How people hear of a freeze that is about to be set: by Slack, with everyone called where that is ticked, and by mail. */
export function FreezeTelling(props: {
  request: Set;
  reason: string;
  /** A moment as people read it. */
  said: (iso: string) => string;
  onChange: (next: Set) => void;
}) {
  const { request, reason, said, onChange } = props;
  const announcements = useAnnouncements().data;
  const mail = useDraftMail();
  const slack = announcements?.destinations.find(({ destination }) => destination === 'slack');
  const isTold = slack !== undefined && slack.state !== 'off';
  const told = (iso: string | null): string | null => (iso === null ? null : said(iso));
  return (
    <section>
      <h3 className={sheet.heading}>Announce</h3>
      <div className={classes.telling}>
        {isTold ? (
          <Checkbox
            checked={request.callEveryone === true}
            onChange={(event) => onChange({ ...request, callEveryone: event.currentTarget.checked })}
            label="Call everyone in the channel (@channel)"
            description="Slack is told of the freeze either way."
          />
        ) : (
          <p className={sheet.text}>Slack is not told: it is off in Settings → Announcements.</p>
        )}
        <Button
          variant="default"
          size="xs"
          loading={mail.isPending}
          onClick={() =>
            mail.mutate(
              freezeMail({ ...request, from: told(request.from), until: told(request.until), reason }),
            )
          }
        >
          Draft an email
        </Button>
      </div>
      {mail.error && <FailurePanel failure={mail.error.failure} />}
    </section>
  );
}
