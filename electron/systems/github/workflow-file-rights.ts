import { parseDocument } from 'yaml';
import { z } from 'zod';
import { FailureError } from '../../../shared/domain/failure/failure';
import type { WorkflowFileRights } from '../../../shared/domain/route/route-access';
import { visibleText } from '../../../shared/domain/text/visible-text';
import { believed } from './answers';
import { permissionOf, repoRights } from './branch-rights';
import { type GitHub, isNotFound, statusOf } from './github-client';
import { fileSchema, workflowStateSchema } from './rights-answers';

type Place = { owner: string; repo: string; file: string; ref: string };

/** GitHub's own limits: a workflow file of at most 500 KB ("Actions limits"), and 25 inputs. */
const mostText = 1024 * 1024;
const mostInputs = 100;

/** The file's text at the ref; `null`: it is not there. */
async function textOf(
  github: GitHub,
  { owner, repo, file, ref }: Place,
  signal: AbortSignal,
): Promise<string | null> {
  try {
    const { data } = await github.repos.getContent({
      owner,
      repo,
      path: `.github/workflows/${file}`,
      ref,
      request: { signal },
    });
    const { encoding, content } = believed(fileSchema, data);
    return encoding === 'base64' && content.length < mostText
      ? Buffer.from(content, 'base64').toString('utf8')
      : '';
  } catch (error) {
    if (isNotFound(error)) return null;
    throw error;
  }
}

/**
 * The inputs that a workflow file takes by hand ("Workflow syntax", `on.workflow_dispatch.inputs`): `on` is a trigger, a
 * list of them, or a map. `no-trigger`: it can't be run by hand. `null`: it can't be read.
 */
function dispatchInputs(text: string): readonly string[] | 'no-trigger' | null {
  const document = parseDocument(text, { logLevel: 'silent' });
  if (text === '' || document.errors.length > 0) return null;
  let on: unknown;
  try {
    on = z.object({ on: z.unknown() }).parse(document.toJS({ maxAliasCount: 100 })).on;
  } catch {
    // Not a map, or aliases without end.
    return null;
  }
  const trigger = 'workflow_dispatch';
  if (on === trigger || (Array.isArray(on) && on.includes(trigger))) return [];
  if (typeof on !== 'object' || on === null || Array.isArray(on) || !Object.hasOwn(on, trigger))
    return 'no-trigger';
  const taken = z
    .object({ [trigger]: z.object({ inputs: z.record(z.string(), z.unknown()).nullish() }).nullable() })
    .safeParse(on);
  if (!taken.success) return null;
  return Object.keys(taken.data[trigger]?.inputs ?? {})
    .slice(0, mostInputs)
    .map((name) => name.slice(0, 200));
}

/**
 * Whether somebody may run an app's workflow by hand, and what it takes ("Get repository content", "Get a repository",
 * "Get a workflow").
 * @throws the client's errors (the repo was not found…), and FailureError for a workflow that is switched off.
 */
export async function workflowFileRights(
  github: GitHub,
  place: Place,
  signal: AbortSignal,
): Promise<WorkflowFileRights> {
  const { owner, repo, file } = place;
  const [rights, text, state] = await Promise.all([
    repoRights(github, place, signal),
    textOf(github, place, signal),
    github.actions
      .getWorkflow({ owner, repo, workflow_id: file, request: { signal } })
      .then(({ data }) => believed(workflowStateSchema, data).state)
      // Of a file that is not on the default branch, and to who may not see Actions, GitHub tells nothing.
      .catch((error: unknown) => {
        if ([403, 404].includes(statusOf(error) ?? 0)) return null;
        throw error;
      }),
  ]);
  const permission = permissionOf(rights);
  const mayRun =
    permission === null
      ? null
      : rights.archived !== true && ['admin', 'maintain', 'write'].includes(permission);
  const inputs = text === null ? 'no-trigger' : dispatchInputs(text);
  if (inputs === 'no-trigger') return { exists: false, inputs: null, mayRun };
  if (state !== null && state !== 'active')
    throw new FailureError({
      code: 'refused',
      message: `The workflow ${file} of ${owner}/${repo} is switched off on GitHub (${visibleText(state)}).`,
      meaning: 'It can’t be run.',
      next: [{ do: 'advice', label: 'Enable it on GitHub, under Actions.' }],
    });
  return { exists: true, inputs, mayRun };
}
