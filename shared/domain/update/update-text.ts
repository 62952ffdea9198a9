import { listText } from '../text/list-text';
import type { Update } from './update';

/** How it stands to newer versions, in a sentence or two. */
export function updateText(update: Update): string {
  const { phase, version, current, waitsFor, failure, cannot, canLook } = update;
  if (!canLook && cannot !== null) return cannot;
  if (failure) return `${failure.message} ${failure.meaning}`;
  const later =
    waitsFor.length > 0
      ? ` Signalbox installs nothing while an operation runs: ${listText(waitsFor, 3)}.`
      : '';
  switch (phase) {
    case 'not-looked':
      return `This is Signalbox ${current}. It has not checked for updates since it started.`;
    case 'looking':
      return 'Checking for updates…';
    case 'newest':
      return `Signalbox ${current} is the newest version for this computer.`;
    case 'found':
      return `Signalbox ${version} is available. This is ${current}.${cannot === null ? '' : ` ${cannot}`}`;
    case 'waiting':
      return `Signalbox ${version} will be downloaded when nothing runs.${later}`;
    case 'loading':
      return `Downloading Signalbox ${version}…`;
    case 'ready':
      return `Signalbox ${version} is downloaded.${later}`;
    case 'installing':
      return `Installing Signalbox ${version}. Signalbox starts again by itself.`;
  }
}
