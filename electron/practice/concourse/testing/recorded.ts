import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { frameReader } from '../../../../shared/domain/concourse/event-stream';

const folder = join(import.meta.dirname, '../../../../../shared/data/concourse');

/** Why recorded answers of a real Concourse 8.2.5 can't be asked; `null`: they are here. */
export const recordedMissing = existsSync(folder)
  ? null
  : 'the recorded answers (../shared/data/concourse) are not here';

export const recordedText = (file: string): string => readFileSync(join(folder, file), 'utf8');
export const recordedJson = (file: string): unknown => JSON.parse(recordedText(`${file}.json`));

/** One event of a stream, as it is sent. */
export interface SentEvent {
  event: string;
  version: string;
  data: unknown;
}

/** The events of a stream without its end, `null` where it does not end as one does. */
export function eventsIn(stream: string): SentEvent[] | null {
  const frames = frameReader().push(stream);
  const last = frames.at(-1);
  if (last?.event !== 'end' || last.data !== '') return null;
  return frames.slice(0, -1).map(({ data }) => JSON.parse(data) as SentEvent);
}
