import type { Freshness } from '../board/freshness';
import { redact } from '../text/redact';
import { visibleText } from '../text/visible-text';
import type { Diagnostics } from './diagnostics';

/** What of this computer is not for others, though it is no secret: by what stands in its place. */
export type Private = Readonly<Record<string, string>>;

/**
 * The diagnostics as a text file that can be given away.
 * @param log the newest part of the log.
 * @param own texts such as the home folder, with what is written instead.
 */
export function diagnosticsText(taken: Diagnostics, log: string, own: Private): string {
  const sections: [string, readonly string[]][] = [
    [
      'Signalbox',
      [
        `version: ${taken.app.version}`,
        `runtime: ${taken.app.runtime}, Node.js ${taken.app.node}, ${taken.app.platform}`,
        `taken: ${taken.takenAt}`,
      ],
    ],
    [
      'Estate',
      [
        `${taken.estate.name} (${taken.estate.mode})`,
        `environments: ${taken.estate.environments}, apps: ${taken.estate.apps}, pipelines: ${taken.estate.pipelines}`,
      ],
    ],
    ['Connections', taken.connections.map(({ name, freshness }) => `${name}: ${freshnessLine(freshness)}`)],
    ['How Argo is seen', taken.ways.map(({ name, text }) => `${name}: ${text}`)],
    [
      'History',
      [
        taken.history.state,
        ...(taken.history.beginning === null ? [] : [`reaches back to: ${taken.history.beginning}`]),
        ...(taken.history.failure === null ? [] : [`failure: ${taken.history.failure}`]),
      ],
    ],
    [
      'Open operations',
      taken.operations.map(({ id, title, step }) => `${id}: ${title}${step ? `, at ${step}` : ''}`),
    ],
    [
      'Files',
      [
        ...taken.files.parts.map(({ name, bytes }) => `${name}: ${bytesText(bytes)}`),
        `left on the disk: ${bytesText(taken.files.free)}`,
      ],
    ],
    ['Notices', taken.notices],
    [
      'What went wrong since the start',
      taken.faults.map(
        ({ event, level, count, lastAt }) => `${level} ${event}: ${count} times, last ${lastAt}`,
      ),
    ],
    ['Log', [log]],
  ];
  const text = sections
    .map(([title, lines]) => `## ${title}\n${lines.length > 0 ? lines.join('\n') : 'none'}\n`)
    .join('\n');
  return withoutPrivate(visibleText(redact(text)), own);
}

/** @param bytes `null`: not known. */
export function bytesText(bytes: number | null): string {
  if (bytes === null) return 'not known';
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}

function freshnessLine(freshness: Freshness): string {
  switch (freshness.state) {
    case 'live':
      return `live, last answer ${freshness.asOf}`;
    case 'connecting':
      return freshness.asOf === null ? 'connecting' : `connecting, last answer ${freshness.asOf}`;
    case 'unreachable': {
      const { code, message, detail } = freshness.failure;
      const last = freshness.asOf === null ? 'never answered' : `last answer ${freshness.asOf}`;
      return `away since ${freshness.since}, ${last}: ${code}: ${message}${detail ? ` (${detail})` : ''}`;
    }
    case 'absent':
      return 'the estate has none';
  }
}

const withoutPrivate = (text: string, own: Private): string =>
  Object.entries(own)
    .filter(([found]) => found.length > 2)
    .sort(([a], [b]) => b.length - a.length)
    .reduce((clean, [found, instead]) => clean.replaceAll(found, instead), text);
