import { imageTagLayout, signalboxFolder } from '../../../shared/domain/ledger/layout';
import { type LedgerPlace, ledgerPlace } from '../../../shared/domain/ledger/ledger-events';

/** What a path is the file of. */
export interface FilePlace {
  app: string;
  environment: string;
  /** Empty for an app's image-tag file. */
  path: string;
  /** What a file under `.signalbox/` is about; `null` for an image-tag file. */
  ledger: LedgerPlace | null;
}

/** Where the files lie that the history tells of, as the indexer matches paths. */
export interface Layout {
  /** The folder that holds every file of the template. Empty for the whole repo. */
  folder: string;
  /** Every folder with files of the history: the pathspecs for Git. None for the whole repo. */
  folders: readonly string[];
  /** What a path is the file of, `null` where it is none of the history's (deeper, hidden, elsewhere). */
  match(path: string): FilePlace | null;
}

/**
 * Compiles the estate's template (`ledger.imageTagPath`); hidden files (`.gitkeep`) are no apps.
 * @throws {RangeError} when a placeholder is missing.
 */
export function compileLayout(template: string): Layout {
  if (!template.includes('{environment}') || !template.includes('{app}'))
    throw new RangeError(`The template ${JSON.stringify(template)} needs {environment} and {app}.`);
  const layout = imageTagLayout(template);
  const fixed = template.split('/').findIndex((_, depth) => layout.isVariable(depth));
  const folder = template.split('/').slice(0, fixed).join('/');
  return {
    folder,
    folders: folder ? [folder, signalboxFolder] : [],
    match(path) {
      const ledger = ledgerPlace(path);
      if (ledger) return { app: ledger.app, environment: ledger.environment, path, ledger };
      const place = layout.match(path);
      return place && !place.app.startsWith('.') ? { ...place, path: '', ledger: null } : null;
    },
  };
}

/** Where the versions of services lie in the repo of what Concourses told. */
export const concourseTagPath = 'image-tags/{environment}/{app}';
/** Where lies what nobody knows of: a file of each time. */
const gapPath = /^\.signalbox\/unknown\/(?<pipeline>[^/]+)\/(?<environment>[^/]+)\/\d+\.yaml$/;
export const concourseGapPath = (pipeline: string, environment: string, number: number): string =>
  `${signalboxFolder}/unknown/${pipeline}/${environment}/${number}.yaml`;

/** The layout of the repo of what Concourses told (`electron/archive/concourse-line.ts`). */
export function concourseLayout(): Layout {
  const layout = compileLayout(concourseTagPath);
  return {
    ...layout,
    match(path) {
      const gap = gapPath.exec(path)?.groups;
      if (!gap) return layout.match(path);
      const { pipeline = '', environment = '' } = gap;
      const ledger = { kind: 'gap' as const, app: '', environment, pipeline, version: null };
      return { app: '', environment, path, ledger };
    },
  };
}
