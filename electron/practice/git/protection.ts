import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';

/** Says what GitHub says of a push to a protected branch, and refuses the whole push. */
const hook = `#!/bin/sh
while read -r _before _after ref; do
  if [ "$ref" = refs/heads/main ]; then
    echo 'error: GH006: Protected branch update failed for refs/heads/main.' >&2
    echo 'error: Changes must be made through a pull request.' >&2
    exit 1
  fi
done
`;

/** Writes the hooks of a protected main beside the repos (a name that is never served). @returns their folder. */
export async function protectionHooks(root: string): Promise<string> {
  const folder = path.join(root, '.hooks');
  await mkdir(folder, { recursive: true });
  await writeFile(path.join(folder, 'pre-receive'), hook, { mode: 0o755 });
  return folder;
}
