/** A semaphore arm at a post: the signal of a signal box. @param size px. */
export function Logo({ size = 20, className }: { size?: number; className?: string | undefined }) {
  return (
    <svg width={size} height={size} viewBox="0 0 20 20" aria-hidden="true" className={className}>
      <rect x="4" y="2" width="2.5" height="16" rx="1" fill="currentColor" />
      <rect x="6.5" y="3.5" width="11" height="4.5" rx="1" fill="var(--sb-bad)" />
      <circle cx="5.25" cy="12.5" r="2.75" fill="var(--sb-ok)" />
    </svg>
  );
}
