import { shortVersion } from '../../../shared/domain/ledger/version';

/** A version as it fits its place; the full text is in the tooltip and is what is copied. */
export function Version({ value, strong }: { value: string | null; strong?: boolean }) {
  if (value === null) return <span className="mono">no version</span>;
  return (
    <span className="mono" title={value} style={strong ? { fontWeight: 600 } : undefined}>
      {shortVersion(value)}
    </span>
  );
}
