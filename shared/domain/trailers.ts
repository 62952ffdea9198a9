/** The trailers that every commit by Signalbox carries, so that history can tell what happened without guessing. */
export interface Trailers {
  /** UUIDv7 of the operation. */
  operation: string;
  kind: string;
  reason?: string;
  /** Codes of findings that a person overrode. */
  override?: readonly string[];
}

const names = {
  operation: 'Signalbox-Operation',
  kind: 'Signalbox-Kind',
  reason: 'Signalbox-Reason',
  override: 'Signalbox-Override',
} as const;

const oneLine = (text: string): string =>
  // Control characters and line ends would let a reason forge a trailer of its own.
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is removed
  text.replace(/[\u0000-\u001f\u007f\u2028\u2029]+/g, ' ').trim();

/** A commit message: subject, blank line, trailers (git-interpret-trailers(1)). */
export function commitMessage(subject: string, trailers: Trailers): string {
  const lines = [
    `${names.operation}: ${oneLine(trailers.operation)}`,
    `${names.kind}: ${oneLine(trailers.kind)}`,
  ];
  if (trailers.reason) lines.push(`${names.reason}: ${oneLine(trailers.reason)}`);
  if (trailers.override?.length)
    lines.push(`${names.override}: ${trailers.override.map(oneLine).join(', ')}`);
  return `${oneLine(subject)}\n\n${lines.join('\n')}\n`;
}

/**
 * The trailers of a commit message, `null` when its last paragraph carries no operation and kind.
 * Only the last paragraph counts (git-interpret-trailers(1)), so a quoted trailer in the body is not taken.
 */
export function parseTrailers(message: string): Trailers | null {
  const last =
    message
      .trimEnd()
      .split(/\r?\n\s*\r?\n/)
      .at(-1) ?? '';
  const found = new Map<string, string>();
  for (const line of last.split(/\r?\n/)) {
    const colon = line.indexOf(': ');
    if (colon > 0) found.set(line.slice(0, colon), line.slice(colon + 2).trim());
  }
  const operation = found.get(names.operation);
  const kind = found.get(names.kind);
  if (!operation || !kind) return null;
  const reason = found.get(names.reason);
  const override = found.get(names.override);
  return {
    operation,
    kind,
    ...(reason ? { reason } : {}),
    ...(override ? { override: override.split(', ') } : {}),
  };
}
