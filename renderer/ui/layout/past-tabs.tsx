import { Link } from '@tanstack/react-router';
import classes from './past-tabs.module.css';

const tabs = [
  { to: '/history', label: 'Events' },
  { to: '/history/figures', label: 'Figures' },
  { to: '/history/compare', label: 'Compare' },
] as const;

/** The three views of the past, on top of each of them. */
export function PastTabs() {
  return (
    <nav aria-label="History views" className={classes.tabs}>
      {tabs.map(({ to, label }) => (
        <Link
          key={to}
          to={to}
          className={classes.tab}
          activeProps={{ 'aria-current': 'page' }}
          activeOptions={{ exact: true, includeSearch: false }}
        >
          {label}
        </Link>
      ))}
    </nav>
  );
}
