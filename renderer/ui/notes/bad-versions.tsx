import { Fragment } from 'react';
import { VersionLink } from '../change/version-link';
import { useMarks } from './bad-mark';
import classes from './notes.module.css';

/** One line that names the versions of an app that are marked bad; nothing where none is. */
export function BadVersions({ app }: { app: string }) {
  const marks = useMarks(app);
  if (marks.length === 0) return null;
  return (
    <p className={classes.badVersions}>
      Marked bad:{' '}
      {marks.map(({ version, mark }, at) => (
        <Fragment key={version}>
          {at > 0 && ', '}
          <VersionLink app={app} value={version} />
          {mark && ` (${mark.reason})`}
        </Fragment>
      ))}
    </p>
  );
}
