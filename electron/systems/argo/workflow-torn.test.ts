import { expect, it } from 'vitest';
import { type NodeObject, workflowWriteSchema } from './workflow-object';
import { retryWrite } from './workflow-retry';

const now = '2026-11-27T12:00:00Z';
type Spec = [id: string, type: string, phase: string, children?: string[], more?: Partial<NodeObject>];

/** A failed workflow `wf` of nodes, each named as its id. */
const workflow = (nodes: Spec[]) =>
  workflowWriteSchema.parse({
    metadata: { name: 'wf', namespace: 'apps' },
    status: {
      phase: 'Failed',
      nodes: Object.fromEntries(
        nodes.map(([id, type, phase, children, more]) => [
          id,
          { id, name: id, type, phase, children: children ?? null, ...more },
        ]),
      ),
    },
  });

// Where `newWorkflowsDag`, `dagSortedNodes`, `singularPath` and `FormulateRetryWorkflow` (argo-workflows 4.0 and 4.1) fail,
// panic or never end.
it.each<[string, Spec[], RegExp]>([
  [
    'names a child that is not there',
    [
      ['wf', 'DAG', 'Failed', ['a', 'gone']],
      ['a', 'Pod', 'Failed'],
    ],
    /wf names gone, which is not there/,
  ],
  [
    'names one, though nothing of it is to be retried',
    [
      ['wf', 'DAG', 'Failed', ['a', 'b']],
      ['a', 'Pod', 'Failed'],
      ['b', 'Pod', 'Succeeded', ['gone']],
    ],
    /b names gone/,
  ],
  [
    'is an exit handler that names one',
    [
      ['wf', 'DAG', 'Failed', ['a']],
      ['a', 'Pod', 'Failed'],
      ['x', 'Steps', 'Succeeded', ['gone'], { name: 'wf.onExit' }],
    ],
    /x names gone/,
  ],
  ['is not there: no first one', [['other', 'DAG', 'Failed']], /none is the first/],
  [
    'comes after itself',
    [
      ['wf', 'DAG', 'Failed', ['a']],
      ['a', 'Pod', 'Failed', ['b']],
      ['b', 'Pod', 'Failed', ['a']],
    ],
    /circle/,
  ],
  [
    'comes after itself, out of reach',
    [
      ['wf', 'DAG', 'Failed', ['a']],
      ['a', 'Pod', 'Failed'],
      ['y', 'Pod', 'Failed', ['z']],
      ['z', 'Pod', 'Failed', ['y']],
    ],
    /circle/,
  ],
  [
    'comes before the first',
    [
      ['wf', 'DAG', 'Failed', ['a']],
      ['a', 'Pod', 'Failed', []],
      ['x', 'Pod', 'Failed', ['wf'], { name: 'wf.onExit' }],
    ],
    /first has a parent/,
  ],
  [
    'hangs on an exit handler (the last parent by id counts)',
    [
      ['wf', 'DAG', 'Failed', ['a']],
      ['a', 'Pod', 'Failed', []],
      ['x', 'Steps', 'Failed', ['a'], { name: 'wf.onExit' }],
    ],
    /the path from a does not lead to the first step/,
  ],
  [
    'is an attempt without its Retry step',
    [
      ['wf', 'DAG', 'Failed', ['a']],
      ['a', 'Pod', 'Failed', [], { nodeFlag: { retried: true } }],
    ],
    /no Retry step has the attempt a/,
  ],
  [
    'has another id than its key',
    [
      ['wf', 'DAG', 'Failed', ['a']],
      ['a', 'Pod', 'Failed', [], { id: 'b' }],
    ],
    /a calls itself b/,
  ],
])('of a workflow of which a node %s is refused as torn', (_what, nodes, words) => {
  expect(retryWrite(workflow(nodes), now)).toMatchObject({ refused: expect.stringMatching(words) });
});
