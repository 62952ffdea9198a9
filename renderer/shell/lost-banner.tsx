import { Button } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { useState } from 'react';
import { useSession } from '../data/queries';
import classes from './banner.module.css';

/** Says what was lost of Signalbox's own files at this start, until it was read. */
export function LostBanner() {
  const notices = useSession().data?.notices ?? [];
  const [read, setRead] = useState<readonly string[]>([]);
  const told = notices.filter((notice) => !read.includes(notice));
  if (told.length === 0) return null;
  return (
    <div className={classes.banner} role="note" aria-label="Problems with saved files">
      <IconAlertTriangle size={16} aria-hidden />
      <div className={classes.text}>
        {told.map((notice) => (
          <p key={notice}>{notice}</p>
        ))}
      </div>
      <Button variant="default" size="compact-xs" onClick={() => setRead(notices)}>
        Dismiss
      </Button>
    </div>
  );
}
