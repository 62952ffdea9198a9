/**
 * One requirement of a label selector (k8s.io/apimachinery `pkg/labels/selector.go`). `in` with one value is `=`;
 * `notin` holds as well where the label is missing; `gt` and `lt` compare integers.
 */
export interface LabelRequirement {
  key: string;
  operator: 'in' | 'notin' | 'exists' | 'absent' | 'gt' | 'lt';
  values: readonly string[];
}

/** RFC 1123: what may stand before the slash of a key. */
const prefix = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const name = /^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/;

function isKey(text: string): boolean {
  const slash = text.lastIndexOf('/');
  const before = slash < 0 ? null : text.slice(0, slash);
  const after = text.slice(slash + 1);
  return (
    after.length <= 63 &&
    name.test(after) &&
    (before === null || (before.length <= 253 && prefix.test(before)))
  );
}

const isValue = (text: string): boolean => text === '' || (text.length <= 63 && name.test(text));

const setBased = /^(\S+)\s+(in|notin)\s*\(([^()]*)\)$/;
const compared = /^([^\s=!<>]+)\s*(==|=|!=|>|<)\s*(\S*)$/;
const existence = /^(!?)\s*([^\s=!<>]+)$/;

function requirementOf(text: string): LabelRequirement | null {
  const set = setBased.exec(text);
  if (set)
    return {
      key: set[1] ?? '',
      operator: set[2] === 'in' ? 'in' : 'notin',
      values: (set[3] ?? '').split(',').map((one) => one.trim()),
    };
  const two = compared.exec(text);
  if (two) {
    const operator = ({ '!=': 'notin', '>': 'gt', '<': 'lt' } as const)[two[2] ?? ''] ?? 'in';
    return { key: two[1] ?? '', operator, values: [two[3] ?? ''] };
  }
  const one = existence.exec(text);
  return one ? { key: one[2] ?? '', operator: one[1] ? 'absent' : 'exists', values: [] } : null;
}

/** A selector as `kubectl get -l` takes it: `a=b,c!=d,e in (f,g),h,!i`. `null` for what Kubernetes would refuse. */
export function parseLabelSelector(text: string): LabelRequirement[] | null {
  // Commas inside of brackets part values.
  const parts = text.split(/,(?![^(]*\))/).map((one) => one.trim());
  const requirements: LabelRequirement[] = [];
  for (const part of parts) {
    const found = requirementOf(part);
    if (!found || !isKey(found.key) || !found.values.every(isValue)) return null;
    if ((found.operator === 'gt' || found.operator === 'lt') && !/^\d+$/.test(found.values[0] ?? ''))
      return null;
    requirements.push(found);
  }
  return requirements;
}

function holds(
  { key, operator, values }: LabelRequirement,
  labels: Readonly<Record<string, string>>,
): boolean {
  const value = Object.hasOwn(labels, key) ? labels[key] : undefined;
  switch (operator) {
    case 'in':
      return value !== undefined && values.includes(value);
    case 'notin':
      return value === undefined || !values.includes(value);
    case 'exists':
      return value !== undefined;
    case 'absent':
      return value === undefined;
    case 'gt':
      return /^\d+$/.test(value ?? '') && BigInt(value ?? '') > BigInt(values[0] ?? '');
    case 'lt':
      return /^\d+$/.test(value ?? '') && BigInt(value ?? '') < BigInt(values[0] ?? '');
  }
}

/** Whether an object's labels are selected; a selector that cannot be read selects nothing. */
export function selectsLabels(
  selector: string | undefined,
  labels: Readonly<Record<string, string>> | null | undefined,
): boolean {
  if (selector === undefined) return true;
  return parseLabelSelector(selector)?.every((one) => holds(one, labels ?? {})) ?? false;
}

/** The labels that a selector demands with one value each: what a new object needs so that it is selected. */
export function demandedLabels(selector: string | undefined): Record<string, string> {
  const requirements = selector === undefined ? [] : (parseLabelSelector(selector) ?? []);
  return Object.fromEntries(
    requirements.flatMap(({ key, operator, values }) =>
      operator === 'in' && values.length === 1 ? [[key, values[0] ?? '']] : [],
    ),
  );
}
