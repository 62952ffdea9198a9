/** Characters of a pod's name before its hash (`workflow/util/pod_name.go`: 253 − 10 − 1, `ensurePodNamePrefixLength`). */
const longestPrefix = 242;

/** FNV-1a of 32 bits over UTF-8 (Go's `hash/fnv`, `New32a`). */
function fnv32a(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(text)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return hash;
}

/**
 * The name that Argo Workflows gives the pod of a node (4.0, `workflow/util/pod_name.go`, `GeneratePodName`).
 * @param version of the workflow's annotation `workflows.argoproj.io/pod-name-format`; all but `v1` is `v2`.
 */
export function stepPodName(
  workflow: { name: string; version: string | undefined },
  node: { id: string; name: string; template: string },
): string {
  if (workflow.version === 'v1') return node.id;
  if (workflow.name === node.name) return workflow.name;
  const prefix = node.template === '' ? workflow.name : `${workflow.name}-${node.template}`;
  // Go cuts bytes: names of Kubernetes have no other characters than ASCII.
  return `${prefix.slice(0, longestPrefix)}-${fnv32a(node.name)}`;
}
