import { readTrailers } from './trailer-block';

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
 * The trailers of a commit message as git reads them ({@link readTrailers}), `null` where no operation and kind are among
 * them. Names are matched in any case; of one that comes twice the last counts. A quoted trailer in the body is not taken.
 */
export function parseTrailers(message: string): Trailers | null {
  const found = new Map(readTrailers(message).map(([name, value]) => [name.toLowerCase(), value]));
  const textOf = (name: string) => found.get(name.toLowerCase());
  const operation = textOf(names.operation);
  const kind = textOf(names.kind);
  if (!operation || !kind) return null;
  const reason = textOf(names.reason);
  const override = textOf(names.override);
  return {
    operation,
    kind,
    ...(reason ? { reason } : {}),
    ...(override ? { override: override.split(', ') } : {}),
  };
}
