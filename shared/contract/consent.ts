import { z } from 'zod';
import { givenConsentSchema, waitingConsentSchema } from '../domain/estate/consent';
import { action, nothing, query } from './procedure';

const consents = z.object({ waiting: z.array(waitingConsentSchema), given: z.array(givenConsentSchema) });
const byHash = z.object({ hash: z.string().regex(/^[0-9a-f]{64}$/) });

/** What kubeconfigs that the estate names may have this computer do. Each answers with how things stand afterwards. */
export const consentProcedures = {
  'consent.list': query(nothing, consents, { changedBy: ['consent'] }),
  /** Allows exactly what waits under this hash. */
  'consent.allow': action(byHash, consents),
  'consent.withdraw': action(byHash, consents),
} as const;
