import type { Cell, Hold } from './board';

/** The hold of the app itself: what a freeze keeps off is the freeze's to tell. */
export const ownHold = ({ hold }: Pick<Cell, 'hold'>): Hold | null => (hold?.frozen ? null : hold);
