import type { Kind } from './kinds';
import type { ListOptions } from './store-options';
import type { KubeObject } from './stored-objects';
import { refusals } from './stored-objects';

type Requirement = (labels: Readonly<Record<string, string>>) => boolean;

const splitTopLevel = (text: string): string[] => {
  const parts: string[] = [];
  let depth = 0;
  let start = 0;
  for (let i = 0; i < text.length; i++) {
    if (text[i] === '(') depth++;
    else if (text[i] === ')') depth--;
    else if (text[i] === ',' && depth === 0) {
      parts.push(text.slice(start, i));
      start = i + 1;
    }
  }
  parts.push(text.slice(start));
  return parts.map((part) => part.trim()).filter((part) => part !== '');
};

const name = '[A-Za-z0-9]([-A-Za-z0-9_./]*[A-Za-z0-9])?';
const setBased = new RegExp(`^(${name})\\s+(in|notin)\\s*\\(([^()]*)\\)$`);
const equality = new RegExp(`^(${name})\\s*(==|=|!=)\\s*([-A-Za-z0-9_.]*)$`);
const existence = new RegExp(`^(!?)\\s*(${name})$`);

function requirement(text: string): Requirement {
  const set = setBased.exec(text);
  if (set) {
    const key = set[1] as string;
    const values = new Set((set[4] ?? '').split(',').map((value) => value.trim()));
    return set[3] === 'in'
      ? (labels) => labels[key] !== undefined && values.has(labels[key])
      : (labels) => labels[key] === undefined || !values.has(labels[key]);
  }
  const equal = equality.exec(text);
  if (equal) {
    const key = equal[1] as string;
    const value = equal[4] ?? '';
    return equal[3] === '!=' ? (labels) => labels[key] !== value : (labels) => labels[key] === value;
  }
  const exists = existence.exec(text);
  if (exists) {
    const key = exists[2] as string;
    return exists[1] ? (labels) => labels[key] === undefined : (labels) => labels[key] !== undefined;
  }
  throw refusals.badRequest(`unable to parse requirement: ${text}`);
}

/**
 * A label selector as the API takes it (`a=b,c!=d,e in (f,g),!h`) as a predicate.
 * @throws ApiError 400 when it does not parse.
 */
function labelSelector(text: string): (object: KubeObject) => boolean {
  const requirements = splitTopLevel(text).map(requirement);
  return (object) => requirements.every((holds) => holds(object.metadata.labels ?? {}));
}

/** Fields that may be selected by, per kind, beyond metadata.name and metadata.namespace (real ones know more). */
const selectable: Record<string, readonly string[]> = {
  Pod: ['status.phase', 'spec.nodeName', 'spec.restartPolicy'],
  Job: ['status.successful'],
  Event: [
    'involvedObject.kind',
    'involvedObject.namespace',
    'involvedObject.name',
    'involvedObject.uid',
    'reason',
    'type',
  ],
};

const at = (object: unknown, path: string): string => {
  let value: unknown = object;
  for (const step of path.split('.')) value = (value as Record<string, unknown> | undefined)?.[step];
  return value === undefined || value === null ? '' : String(value);
};

/**
 * A field selector (`metadata.name=x,status.phase!=Running`) as a predicate.
 * @throws ApiError 400 when a field is not selectable for the kind or the text does not parse.
 */
function fieldSelector(kind: string, text: string): (object: KubeObject) => boolean {
  const tests = text
    .split(',')
    .filter((part) => part !== '')
    .map((part) => {
      const match = /^([\w.]+)(==|!=|=)(.*)$/.exec(part.trim());
      if (!match) throw refusals.badRequest(`invalid selector: '${text}'; can't understand '${part}'`);
      const [, path = '', operator, value] = match;
      const known =
        path === 'metadata.name' || path === 'metadata.namespace' || (selectable[kind] ?? []).includes(path);
      if (!known) throw refusals.badRequest(`field label not supported: ${path}`);
      return (object: KubeObject) => (at(object, path) === value) !== (operator === '!=');
    });
  return (object) => tests.every((test) => test(object));
}

/** Whether an object of the kind is inside a list's or watch's selection. @throws ApiError 400. */
export function matcher(kind: Kind, options: ListOptions): (object: KubeObject) => boolean {
  const { namespace } = options;
  const labels = options.labelSelector ? labelSelector(options.labelSelector) : undefined;
  const fields = options.fieldSelector ? fieldSelector(kind, options.fieldSelector) : undefined;
  return (object) =>
    (namespace === undefined || object.metadata.namespace === namespace) &&
    (labels?.(object) ?? true) &&
    (fields?.(object) ?? true);
}
