import { z } from 'zod';

/**
 * What a person adds to an estate file on their own computer: where the release repo is for them, how they reach each
 * environment's cluster and Argo's servers. As the file has them; what is named here takes the place of what the file
 * says, field by field.
 */
export const estateAmendmentSchema = z.object({
  ledger: z.record(z.string(), z.unknown()).optional(),
  /** By environment: `cluster` and `argo`. */
  environments: z
    .record(
      z.string(),
      z.object({
        cluster: z.record(z.string(), z.unknown()).optional(),
        argo: z.record(z.string(), z.unknown()).optional(),
      }),
    )
    .optional(),
});
export type EstateAmendment = z.infer<typeof estateAmendmentSchema>;

const isMapping = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** One over the other, field by field at every level; lists and plain values are replaced. */
function over(below: unknown, above: unknown): unknown {
  if (above === undefined) return below;
  if (!isMapping(below) || !isMapping(above)) return above;
  const named = Object.entries(above).map(([name, value]) => [name, over(below[name], value)]);
  return { ...below, ...Object.fromEntries(named) };
}

/** The content of an estate file with the amendment laid over it; what is not as a file has it stays, to be complained of. */
export function amendEstate(value: unknown, { ledger, environments = {} }: EstateAmendment): unknown {
  if (!isMapping(value)) return value;
  const listed = Array.isArray(value.environments) ? value.environments : null;
  return {
    ...value,
    ...(ledger ? { ledger: over(value.ledger, ledger) } : {}),
    ...(listed
      ? {
          environments: listed.map((one: unknown) => {
            if (!isMapping(one) || typeof one.name !== 'string' || !Object.hasOwn(environments, one.name))
              return one;
            const own = environments[one.name];
            return {
              ...one,
              ...(own?.cluster ? { cluster: over(one.cluster, own.cluster) } : {}),
              ...(own?.argo ? { argo: over(one.argo, own.argo) } : {}),
            };
          }),
        }
      : {}),
  };
}
