import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { execa } from 'execa';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { inProject } from './project';

const file = inProject('.github', 'workflows', 'release.yml');
const workflowSchema = z.object({
  permissions: z.record(z.string(), z.string()),
  jobs: z.record(
    z.string(),
    z.object({
      permissions: z.record(z.string(), z.string()),
      steps: z.array(
        z.object({
          uses: z.string().optional(),
          run: z.string().optional(),
          with: z.looseObject({}).optional(),
        }),
      ),
    }),
  ),
});

it('the release workflow is one that actionlint accepts', async (context) => {
  const places = [process.env.PATH ?? '', join(homedir(), 'go', 'bin')].join(delimiter);
  const run = await execa('actionlint', ['-no-color', '-shellcheck=', file], {
    reject: false,
    env: { PATH: places },
  });
  if (run.code === 'ENOENT')
    return context.skip(
      'actionlint is missing: go install github.com/rhysd/actionlint/cmd/actionlint@latest',
    );
  expect(run.stdout).toBe('');
  expect(run.exitCode).toBe(0);
});

it('the release workflow trusts nothing that can change under it, and lets no job do more than it must', async () => {
  const { permissions, jobs } = workflowSchema.parse(parse(await readFile(file, 'utf8')));
  expect(permissions).toEqual({});
  const rights = Object.entries(jobs).map(([name, job]) => [name, job.permissions]);
  expect(Object.fromEntries(rights)).toEqual({
    package: { contents: 'read', 'id-token': 'write', attestations: 'write' },
    draft: { contents: 'write' },
  });
  for (const { uses, run, with: options } of Object.values(jobs).flatMap(({ steps }) => steps)) {
    // A tag of an action can be moved, a commit can't (GitHub, "Security hardening for GitHub Actions").
    if (uses) expect(uses).toMatch(/^actions\/[a-z-]+@[0-9a-f]{40}$/);
    if (uses?.startsWith('actions/checkout@'))
      expect(options).toMatchObject({ 'persist-credentials': false });
    // What is put into a script as text is run as one.
    if (run) expect(run).not.toContain('${{');
  }
});
