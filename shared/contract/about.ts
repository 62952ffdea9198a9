import { z } from 'zod';
import { licencesSchema } from '../domain/licences/licences';
import { updateSchema } from '../domain/update/update';
import { action, nothing, query } from './procedure';

/** What Signalbox itself is, and newer versions of it; answered whether an estate is open or not. */
export const aboutProcedures = {
  'updates.get': query(nothing, updateSchema, { changedBy: ['update'] }),
  /** Looks for a newer version now. That it failed stands in the answer. */
  'updates.look': action(nothing, updateSchema),
  /** Loads the one that was found, as soon as no operation runs. */
  'updates.load': action(nothing, updateSchema),
  /** Ends Signalbox and starts the newer version; refused while an operation runs. */
  'updates.install': action(nothing, updateSchema),
  /** What is shipped in this build and under which licences, without their texts; `null`: a checkout ships nothing. */
  'licences.list': query(nothing, licencesSchema.shape.packages.nullable(), { changedBy: [] }),
  /** The text of a licence, by its number in `licences.list`. */
  'licences.text': query(
    z.object({ text: z.number().int().min(0).max(2_000) }),
    z.object({ text: z.string() }),
    {
      changedBy: [],
    },
  ),
  /** Asks where to, and saves the bill of materials (CycloneDX) of this build. `null`: no place was chosen. */
  'licences.save-bill': action(nothing, z.object({ saved: z.string().nullable() })),
} as const;
