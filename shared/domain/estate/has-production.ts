import type { Estate } from './estate';

/** Whether an environment of the estate is of tier production: what is done there reaches real people. */
export const hasProduction = ({ environments }: Pick<Estate, 'environments'>): boolean =>
  environments.some(({ tier }) => tier === 'production');
