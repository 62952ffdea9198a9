/**
 * Versions are image tags. Three shapes are known: `v1393` (a release number), a 40-digit commit SHA, and
 * `release-<sha>`; anything else is an opaque text that can only be equal or different.
 */
export type VersionShape = 'number' | 'sha' | 'release-sha' | 'other';

/** Which shape a version has. */
export function versionShape(version: string): VersionShape {
  if (/^v\d+$/.test(version)) return 'number';
  if (/^[0-9a-f]{40}$/.test(version)) return 'sha';
  if (/^release-[0-9a-f]{40}$/.test(version)) return 'release-sha';
  return 'other';
}

/**
 * How `a` stands to `b` by their names alone: only release numbers can be ordered.
 * @returns by how many releases `a` is newer (negative: older), a safe integer; `null` when names cannot tell.
 */
export function compareVersions(a: string, b: string): number | null {
  if (a === b) return 0;
  if (versionShape(a) !== 'number' || versionShape(b) !== 'number') return null;
  // Beyond 2⁵³ numbers that differ look the same.
  const distance = Number(BigInt(a.slice(1)) - BigInt(b.slice(1)));
  return Math.max(-Number.MAX_SAFE_INTEGER, Math.min(Number.MAX_SAFE_INTEGER, distance));
}

const byNumbers = new Intl.Collator('en', { numeric: true });
/** Which names come first: release numbers, dotted versions, anything else. */
const rankOf = (name: string): number =>
  versionShape(name) === 'number' ? 0 : /^v?\d+(\.\d+)+/i.test(name) ? 1 : 2;

/**
 * The order of a list of tags, newest first as far as their names tell: by the numbers in them and not by their letters
 * (v1400 before v999), and of dotted versions `1.2.0` before `1.2.0-rc.1` (semver.org, 11).
 */
export function newestNameFirst(a: string, b: string): number {
  const rank = rankOf(a) - rankOf(b);
  if (rank !== 0 || rankOf(a) !== 1) return rank || byNumbers.compare(b, a);
  const [coreOfA = '', ...preOfA] = a.split('-');
  const [coreOfB = '', ...preOfB] = b.split('-');
  return (
    byNumbers.compare(coreOfB, coreOfA) ||
    Math.sign(preOfA.length) - Math.sign(preOfB.length) ||
    byNumbers.compare(preOfB.join('-'), preOfA.join('-'))
  );
}

/** A version as it fits a table cell: SHAs are cut to 8 digits, `release-<sha>` to `release-` and 8 digits. */
export function shortVersion(version: string): string {
  switch (versionShape(version)) {
    case 'sha':
      return version.slice(0, 8);
    case 'release-sha':
      return version.slice(0, 'release-'.length + 8);
    default:
      return version;
  }
}

/**
 * Whether a text may be a container image tag: at most 128 of `[A-Za-z0-9_.-]`, not beginning with `.` or `-`
 * (OCI distribution specification, "tag").
 */
export function isImageTag(text: string): boolean {
  return /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/.test(text);
}
