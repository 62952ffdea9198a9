import classes from './tier.module.css';

/** Says that users see an environment, where its name does not. */
export function Tier({ name, tier }: { name: string; tier: 'production' | 'standard' }) {
  if (tier !== 'production' || name.toLowerCase() === 'production') return null;
  return <span className={classes.tier}>production</span>;
}
