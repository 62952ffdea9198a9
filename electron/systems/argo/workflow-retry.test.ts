import { gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { type NodeObject, type WorkflowWrite, workflowWriteSchema } from './workflow-object';
import { resubmission, submission } from './workflow-resubmit';
import { retryWrite } from './workflow-retry';
import { resumeWrite, suspendWrite } from './workflow-suspend';

const now = '2026-11-27T12:00:00Z';
type Spec = [id: string, type: string, phase: string, children?: string[], more?: Partial<NodeObject>];

/** A workflow `wf` of nodes; the first is its root. */
function workflow(
  nodes: Spec[],
  more: { status?: object; spec?: object; metadata?: object } = {},
): WorkflowWrite {
  return workflowWriteSchema.parse({
    metadata: { name: 'wf', namespace: 'apps', labels: {}, ...more.metadata },
    spec: { ...more.spec },
    status: {
      phase: 'Failed',
      message: 'child failed',
      finishedAt: now,
      nodes: Object.fromEntries(
        nodes.map(([id, type, phase, children, rest]) => [
          id,
          {
            id,
            name: id,
            type,
            phase,
            message: 'm',
            finishedAt: 'then',
            ...(children ? { children } : {}),
            ...rest,
          },
        ]),
      ),
      ...more.status,
    },
  });
}

function retried(given: WorkflowWrite, parameters: { name: string; value: string }[] = []) {
  const write = retryWrite(given, now, parameters);
  if ('refused' in write) throw new Error(write.refused);
  const nodes = write.object.status?.nodes ?? {};
  return {
    ...write,
    nodes,
    phases: Object.fromEntries(Object.entries(nodes).map(([id, { phase }]) => [id, phase])),
    deleted: [...write.deletedNodes].sort(),
  };
}

// argo-workflows v4 `workflow/util/util_test.go`, `TestFormulateRetryWorkflow` and its neighbours.
describe('a retry', () => {
  it('of steps: what failed goes, the groups around it run again, what succeeded stays', () => {
    const { phases, deleted, nodes } = retried(
      workflow([
        ['wf', 'Steps', 'Failed', ['g0']],
        ['g0', 'StepGroup', 'Succeeded', ['a'], { boundaryID: 'wf' }],
        ['a', 'Pod', 'Succeeded', ['g1'], { boundaryID: 'wf' }],
        ['g1', 'StepGroup', 'Failed', ['b'], { boundaryID: 'wf', outboundNodes: ['b'] }],
        ['b', 'Pod', 'Failed', undefined, { boundaryID: 'wf' }],
      ]),
    );
    expect(deleted).toEqual(['b']);
    // `resetBoundaries` goes to the boundary, past the groups before: they are over and stay so.
    expect(phases).toEqual({ wf: 'Running', g0: 'Succeeded', a: 'Succeeded', g1: 'Running' });
    expect(nodes.g1).toMatchObject({ children: [], outboundNodes: [], startedAt: now, finishedAt: null });
    expect(nodes.g1).not.toHaveProperty('message');
  });

  it('of a Retry node: its failed attempts go, and the node runs again', () => {
    const flag = { boundaryID: 'wf', nodeFlag: { retried: true } };
    const { phases, deleted, nodes } = retried(
      workflow([
        ['wf', 'DAG', 'Failed', ['r']],
        ['r', 'Retry', 'Failed', ['r0', 'r1'], { boundaryID: 'wf' }],
        ['r0', 'Pod', 'Failed', undefined, flag],
        ['r1', 'Pod', 'Failed', undefined, flag],
      ]),
    );
    expect(deleted).toEqual(['r0', 'r1']);
    expect(phases).toEqual({ wf: 'Running', r: 'Running' });
    expect(nodes.r?.children).toEqual([]);
  });

  // `isDescendantNodeSucceeded`, asked of the Retry node for its attempts: the first failed, the second got through.
  it('keeps an attempt that a later one made good', () => {
    const flag = { boundaryID: 'wf', nodeFlag: { retried: true } };
    const { phases, deleted } = retried(
      workflow([
        ['wf', 'DAG', 'Failed', ['r']],
        ['r', 'Retry', 'Succeeded', ['r0', 'r1'], { boundaryID: 'wf' }],
        ['r0', 'Pod', 'Failed', undefined, flag],
        ['r1', 'Pod', 'Succeeded', ['b'], flag],
        ['b', 'Pod', 'Error', undefined, { boundaryID: 'wf' }],
      ]),
    );
    expect(deleted).toEqual(['b']);
    expect(phases).toMatchObject({ r: 'Succeeded', r0: 'Failed', r1: 'Succeeded', wf: 'Running' });
  });

  it('keeps a failed task on which a succeeded one rests (continueOn, depends: a.Failed)', () => {
    const { phases, deleted } = retried(
      workflow([
        ['wf', 'DAG', 'Failed', ['a', 'c']],
        ['a', 'Pod', 'Failed', ['b'], { boundaryID: 'wf' }],
        ['b', 'Pod', 'Succeeded', undefined, { boundaryID: 'wf' }],
        ['c', 'Pod', 'Failed', ['d'], { boundaryID: 'wf' }],
        ['d', 'Skipped', 'Omitted', undefined, { boundaryID: 'wf' }],
      ]),
    );
    expect(deleted).toEqual(['c', 'd']);
    expect(phases).toEqual({ wf: 'Running', a: 'Failed', b: 'Succeeded' });
  });

  it('goes no way of its own for what goes with a failed node above it', () => {
    // `b` comes after `a`, which failed, and after a group that succeeded: it goes with `a`, and the group stays as it is.
    const { phases, deleted } = retried(
      workflow([
        ['wf', 'DAG', 'Failed', ['a', 'g']],
        ['a', 'Pod', 'Failed', ['b'], { boundaryID: 'wf' }],
        ['g', 'TaskGroup', 'Succeeded', ['x'], { boundaryID: 'wf' }],
        ['x', 'Pod', 'Succeeded', ['b'], { boundaryID: 'wf' }],
        ['b', 'Pod', 'Failed', [], { boundaryID: 'wf' }],
      ]),
    );
    expect(deleted).toEqual(['a', 'b']);
    expect(phases).toEqual({ wf: 'Running', g: 'Succeeded', x: 'Succeeded' });
  });

  it('of a nested group: every boundary outwards runs again', () => {
    const { phases } = retried(
      workflow([
        ['wf', 'DAG', 'Failed', ['task']],
        ['task', 'TaskGroup', 'Failed', ['inner'], { boundaryID: 'wf' }],
        ['inner', 'Steps', 'Failed', ['g'], { boundaryID: 'wf' }],
        ['g', 'StepGroup', 'Failed', ['pod'], { boundaryID: 'inner' }],
        ['pod', 'Pod', 'Failed', undefined, { boundaryID: 'inner' }],
      ]),
    );
    expect(phases).toEqual({ wf: 'Running', task: 'Running', inner: 'Running', g: 'Running' });
  });

  it('of a container in a pod: the whole pod goes', () => {
    const { deleted } = retried(
      workflow([
        ['wf', 'DAG', 'Failed', ['pod']],
        ['pod', 'Pod', 'Failed', ['c1', 'c2'], { boundaryID: 'wf' }],
        ['c1', 'Container', 'Succeeded', undefined, { boundaryID: 'pod' }],
        ['c2', 'Container', 'Failed', undefined, { boundaryID: 'pod' }],
      ]),
    );
    expect(deleted).toEqual(['c1', 'c2', 'pod']);
  });

  it('takes the exit handlers away, with all their steps', () => {
    const { deleted, phases } = retried(
      workflow([
        ['wf', 'Pod', 'Failed'],
        ['wf.onExit', 'Steps', 'Succeeded', ['e0']],
        ['e0', 'StepGroup', 'Succeeded', ['e1'], { name: 'wf.onExit[0]' }],
        ['e1', 'Pod', 'Succeeded', undefined, { name: 'wf.onExit[0].notify' }],
      ]),
    );
    expect(deleted).toEqual(['e0', 'e1', 'wf', 'wf.onExit']);
    expect(phases).toEqual({});
  });

  it('keeps skipped nodes skipped, and has Suspend nodes ask for their values again (`resetNode`)', () => {
    const { nodes } = retried(
      workflow([
        ['wf', 'Steps', 'Failed', ['g']],
        ['g', 'StepGroup', 'Skipped', ['p'], { boundaryID: 'wf' }],
        ['p', 'Pod', 'Failed', undefined, { boundaryID: 'wf' }],
      ]),
    );
    expect(nodes.g?.phase).toBe('Skipped');
  });

  it('resets what says that it ended (`createNewRetryWorkflow`)', () => {
    const { object } = retried(
      workflow([['wf', 'Pod', 'Error']], {
        metadata: {
          labels: {
            repoName: 'frontend',
            'workflows.argoproj.io/completed': 'true',
            'workflows.argoproj.io/workflow-archiving-status': 'Archived',
          },
        },
        spec: { shutdown: 'Stop', activeDeadlineSeconds: 0, entrypoint: 'main' },
        status: {
          phase: 'Error',
          conditions: [
            { type: 'PodRunning', status: 'False' },
            { type: 'Completed', status: 'True' },
          ],
          storedWorkflowTemplateSpec: { shutdown: 'Stop', entrypoint: 'main' },
          persistentVolumeClaims: [{ name: 'old' }],
        },
      }),
    );
    expect(object.metadata.labels).toEqual({ repoName: 'frontend' });
    expect(object.spec).toEqual({ entrypoint: 'main' });
    expect(object.status).toMatchObject({
      phase: '',
      startedAt: now,
      finishedAt: null,
      conditions: [
        { type: 'PodRunning', status: 'False' },
        { type: 'Completed', status: 'False' },
      ],
      storedWorkflowTemplateSpec: { entrypoint: 'main' },
    });
    for (const gone of ['message', 'persistentVolumeClaims']) expect(object.status).not.toHaveProperty(gone);
    expect(object.status?.storedWorkflowTemplateSpec).not.toHaveProperty('shutdown');
  });

  it('with other parameters: groups are expanded again (issue 15802), and the stored spec has them too', () => {
    const given = workflow(
      [
        ['wf', 'Steps', 'Failed', ['g']],
        ['g', 'StepGroup', 'Failed', ['ok', 'bad'], { boundaryID: 'wf' }],
        ['ok', 'Pod', 'Succeeded', undefined, { boundaryID: 'wf' }],
        ['bad', 'Pod', 'Failed', undefined, { boundaryID: 'wf' }],
      ],
      {
        spec: {
          arguments: {
            parameters: [
              { name: 'a', value: '1' },
              { name: 'b', value: '2' },
            ],
          },
        },
        status: { storedWorkflowTemplateSpec: { arguments: { parameters: [] } } },
      },
    );
    expect(retried(given).deleted).toEqual(['bad']);
    const { deleted, object } = retried(given, [{ name: 'b', value: '3' }]);
    expect(deleted).toEqual(['bad', 'ok']);
    const parameters = [
      { name: 'b', value: '3' },
      { name: 'a', value: '1' },
    ];
    expect(object.spec.arguments?.parameters).toEqual(parameters);
    expect(object.status?.storedWorkflowTemplateSpec?.arguments?.parameters).toEqual(parameters);
  });

  it('of compressed nodes writes them back compressed', () => {
    const nodes = {
      wf: { id: 'wf', name: 'wf', type: 'DAG', phase: 'Failed', children: ['p'] },
      p: { id: 'p', name: 'p', type: 'Pod', phase: 'Failed', boundaryID: 'wf' },
    };
    const compressedNodes = gzipSync(JSON.stringify(nodes)).toString('base64');
    const { object } = retried(workflow([], { status: { nodes: null, compressedNodes } }));
    const packed = Buffer.from(object.status?.compressedNodes ?? '', 'base64');
    expect(JSON.parse(gunzipSync(packed).toString())).toMatchObject({
      wf: { phase: 'Running', children: [] },
    });
    expect(object.status?.nodes).toBeUndefined();
  });

  it.each([
    ['that runs', workflow([], { status: { phase: 'Running' } }), /only workflows that ended in Failed/],
    [
      'that succeeded',
      workflow([], { status: { phase: 'Succeeded' } }),
      /only workflows that ended in Failed/,
    ],
    [
      'whose nodes are in a database',
      workflow([], { status: { offloadNodeStatusVersion: 'fnv:1' } }),
      /database/,
    ],
    [
      'whose nodes are rubbish',
      workflow([], { status: { nodes: null, compressedNodes: 'x' } }),
      /cannot be read/,
    ],
    [
      'whose nodes are torn (`newWorkflowsDag`)',
      workflow([
        ['wf', 'DAG', 'Failed'],
        ['lost', 'Pod', 'Failed'],
      ]),
      /are inconsistent/,
    ],
  ])('of one %s is refused in words', (_what, given, words) => {
    expect(retryWrite(given, now)).toMatchObject({ refused: expect.stringMatching(words) });
  });

  it('of a workflow without any nodes begins at its start', () => {
    expect(retryWrite(workflow([]), now)).toMatchObject({ deletedNodes: [] });
  });
});

// `FormulateResubmitWorkflow`.
describe('a resubmission', () => {
  const given = workflow([], {
    metadata: {
      generateName: 'post-sync-',
      uid: 'u',
      resourceVersion: '7',
      annotations: { 'workflows.argoproj.io/title': 'Tests' },
      labels: {
        repoName: 'frontend',
        'workflows.argoproj.io/workflow-template': 'post-sync',
        'workflows.argoproj.io/phase': 'Failed',
        'workflows.argoproj.io/completed': 'true',
        'workflows.argoproj.io/creator': 'ada',
        'workflows.argoproj.io/creator-email': 'ada.at.example.org',
        'workflows.argoproj.io/creator-preferred-username': 'ada',
        'workflows.argoproj.io/workflow-archiving-status': 'Archived',
      },
    },
    spec: { shutdown: 'Terminate', activeDeadlineSeconds: 600, workflowTemplateRef: { name: 'post-sync' } },
  });
  it('is the same spec under a new name, without what was of the run', () => {
    expect(resubmission(given, { id: 'act-1' })).toEqual({
      apiVersion: 'argoproj.io/v1alpha1',
      kind: 'Workflow',
      metadata: {
        namespace: 'apps',
        generateName: 'post-sync-',
        annotations: { 'workflows.argoproj.io/title': 'Tests' },
        labels: {
          repoName: 'frontend',
          'workflows.argoproj.io/workflow-template': 'post-sync',
          'workflows.argoproj.io/resubmitted-from-workflow': 'wf',
          'signalbox.dev/operation': 'act-1',
        },
      },
      spec: { activeDeadlineSeconds: 600, workflowTemplateRef: { name: 'post-sync' } },
    });
  });
  it('takes its name from the old one where that was not generated, and no deadline that terminated it', () => {
    const { metadata, spec } = resubmission(
      workflow([], {
        spec: { activeDeadlineSeconds: 0, arguments: { parameters: [{ name: 'a', value: '1' }] } },
      }),
      { id: 'i', parameters: [{ name: 'a', value: '2' }] },
    );
    expect(metadata.generateName).toBe('wf-');
    expect(spec).toEqual({ arguments: { parameters: [{ name: 'a', value: '2' }] } });
  });
  it('of a template has its label, and a name of at most 63 characters', () => {
    const made = submission({
      namespace: 'apps',
      template: 't'.repeat(63),
      parameters: { bag: '7' },
      id: 'op-1',
    });
    const { generateName } = made.metadata as { generateName: string };
    expect(generateName.length + 5).toBeLessThanOrEqual(63);
    expect(made).toMatchObject({
      metadata: { labels: { 'signalbox.dev/operation': 'op-1' } },
      spec: { arguments: { parameters: [{ name: 'bag', value: '7' }] } },
    });
  });
});

// `SuspendWorkflow`, `ResumeWorkflow`, `OverrideOutputParametersWithDefault`.
describe('suspending and resuming', () => {
  const running = (more: Parameters<typeof workflow>[1] = {}, nodes: Spec[] = []) =>
    workflow(nodes, { ...more, status: { phase: 'Running', ...more.status } });
  it('suspends what runs, once', () => {
    expect(suspendWrite(running())).toMatchObject({ object: { spec: { suspend: true } } });
    expect(suspendWrite(running({ spec: { suspend: true } }))).toEqual({ leave: true });
    expect(suspendWrite(workflow([]))).toMatchObject({ refused: 'wf has ended.' });
  });
  it('resumes the whole and every step that waits', () => {
    const given = running({ spec: { suspend: true } }, [
      ['wf', 'Steps', 'Running', ['s']],
      ['s', 'Suspend', 'Running', undefined, { message: 'approve?' }],
    ]);
    const write = resumeWrite(given, { now, actor: 'Ada' });
    expect(write).toMatchObject({
      object: {
        status: {
          nodes: { s: { phase: 'Succeeded', message: 'approve?; Resumed by: Ada', finishedAt: now } },
        },
      },
    });
    expect(JSON.stringify(write)).not.toContain('"suspend"');
    expect(resumeWrite(running(), { now, actor: 'Ada' })).toEqual({ leave: true });
    expect(resumeWrite(workflow([]), { now, actor: 'Ada' })).toMatchObject({ refused: 'wf has ended.' });
  });
  it('takes defaults for values that nobody supplied, and refuses without one', () => {
    const waiting = (valueFrom: object) =>
      running({}, [
        ['s', 'Suspend', 'Running', undefined, { outputs: { parameters: [{ name: 'v', valueFrom }] } }],
      ]);
    expect(resumeWrite(waiting({ supplied: {}, default: 'no' }), { now, actor: 'a' })).toMatchObject({
      object: { status: { nodes: { s: { outputs: { parameters: [{ name: 'v', value: 'no' }] } } } } },
    });
    expect(resumeWrite(waiting({ supplied: {} }), { now, actor: 'a' })).toMatchObject({
      refused: expect.stringContaining('no default'),
    });
  });
});
