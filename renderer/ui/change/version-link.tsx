import { Link } from '@tanstack/react-router';
import { Version } from './version';
import classes from './version-link.module.css';

interface VersionLinkProps {
  app: string;
  value: string | null;
  strong?: boolean;
}

/** A version that leads to its way; plain text where there is none. */
export function VersionLink({ app, value, strong = false }: VersionLinkProps) {
  if (!value) return <Version value={value} strong={strong} />;
  return (
    <Link to="/apps/$app/versions/$version" params={{ app, version: value }} className={classes.link}>
      <Version value={value} strong={strong} />
    </Link>
  );
}
