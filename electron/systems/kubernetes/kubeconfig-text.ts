import { z } from 'zod';
import { readGoYaml } from '../../../shared/domain/go/yaml/decode';
import { decodeYaml } from '../../../shared/domain/go/yaml/encoding';
import type { YamlNode } from '../../../shared/domain/go/yaml/nodes';

/** Why a file is no kubeconfig, in words that quote nothing of it: it may hold secrets. */
export class KubeconfigFault extends Error {
  override readonly name = 'KubeconfigFault';
  readonly line: number | undefined;
  constructor(why: string, line?: number) {
    super(why);
    this.line = line;
  }
}

const text = z.string().nullish();
const texts = z.array(z.string()).nullish();
const named = <T extends z.ZodType>(field: string, body: T) =>
  z.array(z.looseObject({ name: text, [field]: body.nullish() }).nullish()).nullish();

/** The types that client-go decodes into (`tools/clientcmd/api/v1/types.go`): a number where it has a text is an error. */
const schema = z.looseObject({
  'current-context': text,
  clusters: named(
    'cluster',
    z.looseObject({
      server: text,
      'tls-server-name': text,
      'insecure-skip-tls-verify': z.boolean().nullish(),
      'certificate-authority': text,
      'certificate-authority-data': text,
      'proxy-url': text,
    }),
  ),
  users: named(
    'user',
    z.looseObject({
      'client-certificate': text,
      'client-certificate-data': text,
      'client-key': text,
      'client-key-data': text,
      token: text,
      tokenFile: text,
      username: text,
      password: text,
      as: text,
      'as-uid': text,
      'as-groups': texts,
      exec: z
        .looseObject({
          command: text,
          args: texts,
          env: z.array(z.looseObject({ name: text, value: text }).nullish()).nullish(),
          apiVersion: text,
        })
        .nullish(),
    }),
  ),
  contexts: named('context', z.looseObject({ cluster: text, user: text, namespace: text })),
});

const lists = { clusters: 'cluster', users: 'user', contexts: 'context' } as const;
type List = keyof typeof lists;

/**
 * Reads a kubeconfig's bytes as client-go does (`clientcmd.Load`): UTF-8, or UTF-16 with its mark, as PowerShell writes
 * it; the first YAML document alone; of another `kind` or with two entries of one name in a list it is an error. A user
 * without anything in it is anonymous.
 * @returns all that it says, with entries that are null left out. @throws KubeconfigFault
 */
export function readKubeconfig(bytes: Uint8Array): Record<string, unknown> {
  const decoded = decodeYaml(bytes);
  if (!decoded) throw new KubeconfigFault('it is not UTF-8 text');
  const read = readGoYaml(decoded.text);
  if (!read.ok)
    throw new KubeconfigFault(`it is not valid YAML: ${read.reason.replace(/\.$/, '')}`, read.line);
  // An empty file is a kubeconfig that names nothing, as with kubectl.
  const said: unknown = read.yaml.value ?? {};
  const parsed = schema.safeParse(said);
  if (!parsed.success) {
    const at = parsed.error.issues[0]?.path.join('.');
    throw new KubeconfigFault(at ? `${at} is of the wrong type` : 'it is not a kubeconfig');
  }
  const { apiVersion, kind } = said as Record<string, unknown>;
  if ((kind ?? '') !== '' && kind !== 'Config') throw new KubeconfigFault('its kind is not Config');
  if ((apiVersion ?? '') !== '' && apiVersion !== 'v1') throw new KubeconfigFault('its apiVersion is not v1');
  const whole: Record<string, unknown> = { ...(said as object) };
  for (const list of Object.keys(lists) as List[]) {
    const entries = (whole[list] ?? []) as (Record<string, unknown> | null)[];
    refuseTwins(list, entries, read.yaml.root);
    whole[list] = entries
      .filter((one) => one !== null)
      .map((one) => ({ ...one, [lists[list]]: one[lists[list]] ?? {} }));
  }
  return whole;
}

/** client-go: "duplicate name … in list". It takes neither of the two. */
function refuseTwins(
  list: List,
  entries: readonly (Record<string, unknown> | null)[],
  root: YamlNode | null,
): void {
  const first = new Map<string, number>();
  for (const [at, entry] of entries.entries()) {
    const name = String(entry?.name ?? '');
    const before = first.get(name);
    if (before === undefined) first.set(name, at);
    else {
      const [one, other] = [lineOf(root, list, before), lineOf(root, list, at)];
      throw new KubeconfigFault(
        `two ${list} have the name "${name}"${one && other ? `, in lines ${one} and ${other}` : ''}`,
        other ?? undefined,
      );
    }
  }
}

function lineOf(root: YamlNode | null, list: List, at: number): number | null {
  if (root?.kind !== 'mapping') return null;
  const found = root.pairs.findLast(([key]) => key.kind === 'scalar' && key.value === list)?.[1];
  const entry = found?.kind === 'sequence' ? found.items[at] : undefined;
  return entry ? entry.start.line + 1 : null;
}
