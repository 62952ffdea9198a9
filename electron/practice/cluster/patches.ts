import { isDeepStrictEqual } from 'node:util';
import { ApiError, refusals } from './stored-objects';

/** How a patch is to be read; the names are those of the content types. */
export type PatchType = 'merge' | 'json' | 'strategic';

export interface JsonPatchOperation {
  op: 'add' | 'remove' | 'replace' | 'move' | 'copy' | 'test';
  path: string;
  from?: string;
  value?: unknown;
}

type Json = Record<string, unknown>;
const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** JSON merge patch (RFC 7396): null removes, objects merge, all else replaces. The target is not changed. */
export function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return structuredClone(patch);
  const result: Json = isObject(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else result[key] = mergePatch(result[key], value);
  }
  return result;
}

const unprocessable = (message: string) => new ApiError(422, 'Invalid', message);

const pointer = (path: string): string[] => {
  if (path === '') return [];
  if (!path.startsWith('/')) throw refusals.badRequest(`JSON pointer must begin with "/": ${path}`);
  return path
    .slice(1)
    .split('/')
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
};

const index = (list: unknown[], step: string, most: number): number => {
  const at = /^(0|[1-9]\d*)$/.test(step) ? Number(step) : Number.NaN;
  if (!(at <= most)) throw unprocessable(`index out of bounds: ${step} of ${list.length}`);
  return at;
};

const read = (root: unknown, path: string): unknown => {
  let value = root;
  for (const step of pointer(path)) {
    if (Array.isArray(value)) value = value[index(value, step, value.length - 1)];
    else if (isObject(value) && Object.hasOwn(value, step)) value = value[step];
    else throw unprocessable(`path does not exist: ${path}`);
  }
  return value;
};

/** Writes into the clone that `jsonPatch` made. */
function write(
  root: { value: unknown },
  path: string,
  op: 'add' | 'replace' | 'remove',
  value?: unknown,
): void {
  const steps = pointer(path);
  const last = steps.pop();
  if (last === undefined) {
    root.value = op === 'remove' ? null : value;
    return;
  }
  const parent = read(root.value, path.slice(0, path.lastIndexOf('/')));
  if (Array.isArray(parent)) {
    if (op === 'add')
      parent.splice(last === '-' ? parent.length : index(parent, last, parent.length), 0, value);
    else parent.splice(index(parent, last, parent.length - 1), 1, ...(op === 'replace' ? [value] : []));
    return;
  }
  if (!isObject(parent)) throw unprocessable(`path does not exist: ${path}`);
  if (op !== 'add' && !Object.hasOwn(parent, last)) throw unprocessable(`path does not exist: ${path}`);
  if (op === 'remove') delete parent[last];
  else parent[last] = value;
}

/**
 * JSON patch (RFC 6902), all or nothing. The target is not changed.
 * @throws ApiError 422 when a path is missing or a `test` fails (as a real server does), 400 for a malformed patch.
 */
export function jsonPatch(target: unknown, patch: unknown): unknown {
  if (!Array.isArray(patch)) throw refusals.badRequest('a JSON patch is a list of operations');
  const root = { value: structuredClone(target) };
  for (const operation of patch as JsonPatchOperation[]) {
    const { op, path, from } = operation;
    if (typeof path !== 'string') throw refusals.badRequest('a JSON patch operation needs a path');
    switch (op) {
      case 'add':
      case 'replace':
        write(root, path, op, structuredClone(operation.value));
        break;
      case 'remove':
        write(root, path, 'remove');
        break;
      case 'copy':
        write(root, path, 'add', structuredClone(read(root.value, from ?? '')));
        break;
      case 'move': {
        if (path.startsWith(`${from}/`)) throw unprocessable(`cannot move ${from} into itself`);
        const moved = read(root.value, from ?? '');
        write(root, from ?? '', 'remove');
        write(root, path, 'add', moved);
        break;
      }
      case 'test':
        if (!isDeepStrictEqual(read(root.value, path), operation.value))
          throw unprocessable(`testing value ${path} failed`);
        break;
      default:
        throw refusals.badRequest(`unknown JSON patch operation: ${String(op)}`);
    }
  }
  return root.value;
}

/** Lists that a strategic merge patch merges by a key of their elements (`patchMergeKey` in k8s.io/api). */
const mergeKeys: Record<string, string> = {
  containers: 'name',
  initContainers: 'name',
  ephemeralContainers: 'name',
  env: 'name',
  volumes: 'name',
  imagePullSecrets: 'name',
  volumeMounts: 'mountPath',
  ports: 'containerPort',
  conditions: 'type',
  ownerReferences: 'uid',
};

/**
 * Strategic merge patch for the built-in kinds. Unlike a merge patch it merges the lists in `mergeKeys` by their
 * key, unites `finalizers`, and knows `$patch: delete | replace`. What it does not know: `$setElementOrder`,
 * `$deleteFromPrimitiveList`, `$retainKeys` (they are dropped), and merge keys of fields that nothing here uses.
 */
export function strategicPatch(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return structuredClone(patch);
  if (patch.$patch === 'replace') {
    const { $patch: _, ...rest } = patch;
    return structuredClone(rest);
  }
  const result: Json = isObject(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    const mergeKey = mergeKeys[key];
    const before = result[key];
    if (key.startsWith('$')) continue;
    if (value === null) delete result[key];
    else if (Array.isArray(value) && Array.isArray(before) && key === 'finalizers')
      result[key] = [...new Set([...before, ...value])];
    else if (Array.isArray(value) && mergeKey && value.every((item) => isObject(item)))
      result[key] = mergeList(Array.isArray(before) ? before : [], value as Json[], mergeKey);
    else result[key] = strategicPatch(before, value);
  }
  return result;
}

function mergeList(before: unknown[], patch: Json[], key: string): unknown[] {
  let result = patch.some((item) => item.$patch === 'replace') ? [] : [...before];
  for (const item of patch) {
    if (item.$patch === 'replace' && item[key] === undefined) continue;
    const place = result.findIndex((old) => isObject(old) && old[key] === item[key]);
    if (item.$patch === 'delete') result = result.filter((_, at) => at !== place);
    else if (place < 0) result.push(strategicPatch({}, item));
    else result[place] = strategicPatch(result[place], item);
  }
  return result;
}

/** Applies a patch of any type. @throws ApiError as {@link jsonPatch}. */
export function applyPatch(type: PatchType, target: unknown, patch: unknown): unknown {
  if (type === 'json') return jsonPatch(target, patch);
  if (!isObject(patch)) throw refusals.badRequest('a merge patch of an object is an object');
  return type === 'merge' ? mergePatch(target, patch) : strategicPatch(target, patch);
}
