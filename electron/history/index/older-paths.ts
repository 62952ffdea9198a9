import type { Target } from '../../../shared/domain/ledger/layout';
import { compileLayout, type FilePlace, type Layout } from './path-matcher';

/** Where image-tag files lay before a commit moved them to where the estate's template has them. */
export interface OlderPaths {
  /** Templates that nothing follows any more since then. */
  templates: readonly string[];
  /** Files that were moved one by one, from a folder where others stayed. */
  files: readonly (readonly [path: string, app: string, environment: string])[];
  /** Folders in which these files lie. */
  folders: readonly string[];
}

export const noOlderPaths: OlderPaths = { templates: [], files: [], folders: [] };

/** The one and the other. */
export const bothPaths = (a: OlderPaths, b: OlderPaths): OlderPaths => ({
  templates: [...new Set([...a.templates, ...b.templates])],
  files: [...a.files, ...b.files],
  folders: [...new Set([...a.folders, ...b.folders])],
});

/** A layout that also knows where its files lay before; the estate's own template comes first. */
export function withOlderPaths(base: Layout, older: OlderPaths): Layout {
  if (older.templates.length === 0 && older.files.length === 0) return base;
  const layouts = older.templates.map((template) => compileLayout(template));
  const files = new Map<string, Target>(
    older.files.map(([path, app, environment]) => [path, { app, environment }]),
  );
  const folders = [...layouts.map(({ folder }) => folder), ...older.folders];
  return {
    folder: base.folder,
    // None stands for the whole repo.
    folders:
      base.folders.length === 0 || folders.includes('') ? [] : [...new Set([...base.folders, ...folders])],
    match(path) {
      const own = base.match(path);
      if (own) return own;
      const file = files.get(path);
      if (file) return { ...file, path: '', ledger: null };
      for (const layout of layouts) {
        const place: FilePlace | null = layout.match(path);
        if (place && !place.ledger) return place;
      }
      return null;
    },
  };
}
