import { createHash } from 'node:crypto';
import path from 'node:path';
import { z } from 'zod';
import type { EstateEntry } from '../../../shared/contract/estates';

/** What an estate is opened from. */
export const estateChoiceSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('practice') }),
  /** An estate file on this computer: absolute path. */
  z.object({ kind: z.literal('file'), path: z.string().min(1) }),
  /** What was put together in the window: its id among the connected estates. */
  z.object({ kind: z.literal('connected'), id: z.string().regex(/^[0-9a-f]{16}$/) }),
  /** A release repo, for reading alone: path or URL. */
  z.object({ kind: z.literal('read-only'), address: z.string().min(1) }),
]);
export type EstateChoice = z.infer<typeof estateChoiceSchema>;

/** One that was opened before. */
export const knownEstateSchema = z.object({
  choice: estateChoiceSchema,
  name: z.string(),
  /** Path or address, for a person. */
  place: z.string(),
  production: z.boolean(),
  /** ISO 8601 UTC. */
  openedAt: z.string(),
});
export type KnownEstate = z.infer<typeof knownEstateSchema>;

/** What a choice is called over the border, which tells nothing of paths. */
export const keyOf = (choice: EstateChoice): string =>
  choice.kind === 'practice'
    ? 'practice'
    : createHash('sha256').update(JSON.stringify(choice)).digest('hex').slice(0, 16);

const placeOf = (choice: EstateChoice): string => {
  switch (choice.kind) {
    case 'practice':
      return 'On this computer';
    case 'file':
      return choice.path;
    case 'connected':
      return '';
    case 'read-only':
      return choice.address;
  }
};

/** How a choice is shown; `known`: as it was when it was opened before. */
export const entryOf = (choice: EstateChoice, known: KnownEstate | null): EstateEntry => ({
  key: keyOf(choice),
  kind: choice.kind,
  name:
    known?.name ??
    (choice.kind === 'practice' ? 'Practice estate' : path.basename(placeOf(choice)) || 'Estate'),
  place: known?.place ?? placeOf(choice),
  production: known?.production ?? false,
  openedAt: known?.openedAt ?? null,
});
