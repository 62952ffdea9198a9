import { z } from 'zod';

const text = z.string().max(200).optional().catch(undefined);

/** The workflows screen's place in the address: the filter, and the workflow that is open. */
export const workflowsSearchSchema = z.object({
  environment: text,
  app: text,
  version: text,
  template: text,
  state: z.enum(['open', 'failed', 'succeeded']).optional().catch(undefined),
  /** `<environment>/<namespace>/<name>`. */
  open: text,
});
export type WorkflowsSearch = z.infer<typeof workflowsSearchSchema>;
