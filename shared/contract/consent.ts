import { z } from 'zod';
import { givenConsentSchema, waitingConsentSchema } from '../domain/estate/consent';

const consents = z.object({ waiting: z.array(waitingConsentSchema), given: z.array(givenConsentSchema) });
const byHash = z.object({ hash: z.string().regex(/^[0-9a-f]{64}$/) });

/** What kubeconfigs that the estate names may have this computer do. Each answers with how things stand afterwards. */
export const consentProcedures = {
  'consent.list': { input: z.object({}), output: consents },
  /** Allows exactly what waits under this hash. */
  'consent.allow': { input: byHash, output: consents },
  'consent.withdraw': { input: byHash, output: consents },
} as const;
