/**
 * The version that an API server says it is (`/version`, `version.Info` of apimachinery); `null` for what is none, as a
 * login page in its place.
 */
export function versionOf(body: unknown): string | null {
  if (typeof body !== 'object' || body === null) return null;
  const { gitVersion } = body as { gitVersion?: unknown };
  return typeof gitVersion === 'string' && gitVersion !== '' ? gitVersion.slice(0, 100) : null;
}
