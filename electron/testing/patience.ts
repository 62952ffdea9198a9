/**
 * How long tests wait for what comes, in milliseconds. It comes at once on a free machine. On a busy one it comes late,
 * and that is no failure: the limit only ends what hangs.
 */
export const patience = 60_000;
