import type { WatchBatch } from '../systems/kubernetes/types';

/** Objects of one kind as a watch keeps them, by namespace and name, with an index by owner key. */
export interface Table<T> {
  /** Takes a batch in; returns every value that came, went or was replaced. */
  apply(batch: WatchBatch<T>): T[];
  get(namespace: string, name: string): T | null;
  /** Those under an index key, in no order that means anything. */
  of(key: string): Iterable<T>;
  /** All, in no order that means anything. */
  all(): Iterable<T>;
  size(): number;
}

/** @param keyOf under which key an object is looked up: an app, an owner's uid, a workflow. */
export function createTable<T>(keyOf: (value: T) => string): Table<T> {
  const items = new Map<string, { key: string; value: T }>();
  /** By key, then id: what is looked up with every change of every object is found without a second look. */
  const index = new Map<string, Map<string, T>>();
  const none: readonly T[] = [];
  const idOf = (namespace: string, name: string): string => `${namespace}/${name}`;

  const take = (id: string, touched: T[]): void => {
    const known = items.get(id);
    if (!known) return;
    items.delete(id);
    touched.push(known.value);
    const values = index.get(known.key);
    values?.delete(id);
    if (values?.size === 0) index.delete(known.key);
  };

  return {
    apply({ upserts, removed }) {
      const touched: T[] = [];
      for (const { namespace, name } of removed) take(idOf(namespace, name), touched);
      for (const item of upserts) {
        const id = idOf(item.namespace, item.name);
        const key = keyOf(item.value);
        const known = items.get(id);
        if (known?.key === key) {
          touched.push(known.value, item.value);
          known.value = item.value;
          index.get(key)?.set(id, item.value);
          continue;
        }
        take(id, touched);
        items.set(id, { key, value: item.value });
        touched.push(item.value);
        const values = index.get(key);
        if (values) values.set(id, item.value);
        else index.set(key, new Map([[id, item.value]]));
      }
      return touched;
    },
    get: (namespace, name) => items.get(idOf(namespace, name))?.value ?? null,
    of: (key) => index.get(key)?.values() ?? none,
    *all() {
      for (const { value } of items.values()) yield value;
    },
    size: () => items.size,
  };
}
