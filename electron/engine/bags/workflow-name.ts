/** At most so many characters has the name of a workflow: it is the value of a label of its pods. */
const longestName = 63;

/** The name of a job's workflow: the same whenever an operation asks for the same job, so that it cannot exist twice. */
export function workflowName(job: {
  template: string;
  bag: number;
  operation: string;
  phase: string;
  index: number;
}): string {
  const tail = job.operation.replace(/[^A-Za-z0-9]/g, '').slice(-10);
  const own = `-b${job.bag}-${tail}-${job.phase.charAt(0)}${job.index}`;
  // What tells one job from another is never cut off.
  return `${job.template.slice(0, longestName - own.length)}${own}`.toLowerCase();
}
