import { expect, it } from 'vitest';
import { workflowName } from './workflow-name';

const job = {
  template: 'smoke-tests',
  bag: 7,
  operation: '0192f0c1-7c3a-7000-8000-0123456789AB',
  phase: 'test',
  index: 2,
};

it('the name of a job’s workflow tells the bag, the operation and the job, and keeps to what Kubernetes takes', () => {
  expect(workflowName(job)).toBe('smoke-tests-b7-23456789ab-t2');
  const long = { ...job, template: 't'.repeat(60), bag: 123_456_789, index: 12 };
  const name = workflowName(long);
  expect(name).toHaveLength(63);
  expect(name).toMatch(/^t+-b123456789-23456789ab-t12$/);
  expect(workflowName({ ...long, index: 13 })).not.toBe(name);
});
