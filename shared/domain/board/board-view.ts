import { z } from 'zod';
import { visibleText } from '../text/visible-text';

/** What the board can be cut down to. */
export const chips = ['attention', 'drifted', 'held', 'rolling'] as const;
export type Chip = (typeof chips)[number];

/** `trouble`: rows in trouble first, the others by name; `age`: newest deployment first; `drift`: furthest behind first. */
export const sorts = ['trouble', 'app', 'age', 'drift'] as const;
export type Sort = (typeof sorts)[number];
export const defaultSort: Sort = 'trouble';

/** Two lines for a cell, or one. */
export const densities = ['comfortable', 'compact'] as const;
export type Density = (typeof densities)[number];

/** What of the board is looked at, and in which order. */
export const boardFilterSchema = z.object({
  /** Begins of apps' names and of versions, apart by spaces. */
  q: z.string().max(200).optional(),
  only: z.enum(chips).optional(),
  sort: z.enum(sorts).optional(),
  /** The one environment that is ordered by; absent: all of them. */
  by: z.string().min(1).max(100).optional(),
  /** The other way round. */
  reversed: z.literal(true).optional(),
  /** Name of the pipeline that is shown; absent: the first; empty: environments that are in none. */
  pipeline: z.string().max(100).optional(),
});
export type BoardFilter = z.infer<typeof boardFilterSchema>;

/** Characters of a view's name. */
export const longestViewName = 40;
/** Views that can be kept. */
export const mostViews = 30;

const viewNameSchema = z
  .string()
  .trim()
  .min(1)
  .max(longestViewName)
  .refine((name) => visibleText(name) === name && !/[\t\r\n]/.test(name), 'hidden characters');

/** A view of the board that a person keeps under a name. */
export const savedViewSchema = boardFilterSchema.extend({
  name: viewNameSchema,
  density: z.enum(densities),
});
export type SavedView = z.infer<typeof savedViewSchema>;

/** Names are the same whatever their case. */
const nameKey = (name: string): string => name.trim().toLowerCase();

export const boardSettingsSchema = z.object({
  density: z.enum(densities),
  views: z
    .array(savedViewSchema)
    .max(mostViews)
    .refine((views) => new Set(views.map(({ name }) => nameKey(name))).size === views.length, 'a name twice'),
});
export type BoardSettings = z.infer<typeof boardSettingsSchema>;

export const defaultBoardSettings: BoardSettings = { density: 'comfortable', views: [] };

/**
 * What was kept of the board, one value at a time: a view that can't be read, has a name that is taken, or is one too
 * many is left out. @returns how many were.
 */
export function readBoardSettings(stored: unknown): { settings: BoardSettings; dropped: number } {
  const { density, views } = z
    .object({
      density: z.enum(densities).catch(defaultBoardSettings.density),
      views: z.unknown().optional(),
    })
    .catch(defaultBoardSettings)
    .parse(stored ?? {});
  const all: readonly unknown[] = Array.isArray(views) ? views : views === undefined ? [] : [views];
  const kept: SavedView[] = [];
  for (const one of all) {
    const view = savedViewSchema.strict().safeParse(one);
    if (!view.success || kept.length === mostViews) continue;
    if (kept.some(({ name }) => nameKey(name) === nameKey(view.data.name))) continue;
    kept.push(view.data);
  }
  return { settings: { density, views: kept }, dropped: all.length - kept.length };
}

/** The views with one added, in the place of the one that had its name. `null`: there is no room for another. */
export function withView(views: readonly SavedView[], view: SavedView): SavedView[] | null {
  const at = views.findIndex(({ name }) => nameKey(name) === nameKey(view.name));
  if (at >= 0) return views.map((one, index) => (index === at ? view : one));
  return views.length < mostViews ? [...views, view] : null;
}

/** Why a view can't have this name, in a sentence; `null`: it can. */
export function viewNameProblem(name: string): string | null {
  if (name.trim() === '') return 'Enter a name';
  if (name.trim().length > longestViewName) return `Use at most ${longestViewName} characters`;
  return viewNameSchema.safeParse(name).success ? null : 'Use characters that can be seen';
}

/** Whether a view is what is looked at right now. */
export function isShown(view: SavedView, filter: BoardFilter, density: Density): boolean {
  const fields = ['q', 'only', 'by', 'reversed', 'pipeline'] as const;
  return (
    view.density === density &&
    (view.sort ?? defaultSort) === (filter.sort ?? defaultSort) &&
    fields.every((field) => view[field] === filter[field])
  );
}
