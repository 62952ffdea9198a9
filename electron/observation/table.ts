import type { WatchBatch } from '../systems/kubernetes/types';

/** Objects of one kind as a watch keeps them, by namespace and name, with an index by owner key. */
export interface Table<T> {
  /** Takes a batch in; returns every value that came, went or was replaced. */
  apply(batch: WatchBatch<T>): T[];
  get(namespace: string, name: string): T | null;
  /** Those under an index key, in no order that means anything. */
  of(key: string): Iterable<T>;
  size(): number;
}

/** @param keyOf under which key an object is looked up: an app, an owner's uid, a workflow. */
export function createTable<T>(keyOf: (value: T) => string): Table<T> {
  const items = new Map<string, { key: string; value: T }>();
  const index = new Map<string, Set<string>>();
  const idOf = (namespace: string, name: string): string => `${namespace}/${name}`;

  const take = (id: string, touched: T[]): void => {
    const known = items.get(id);
    if (!known) return;
    items.delete(id);
    touched.push(known.value);
    const ids = index.get(known.key);
    ids?.delete(id);
    if (ids?.size === 0) index.delete(known.key);
  };

  return {
    apply({ upserts, removed }) {
      const touched: T[] = [];
      for (const { namespace, name } of removed) take(idOf(namespace, name), touched);
      for (const item of upserts) {
        const id = idOf(item.namespace, item.name);
        take(id, touched);
        const key = keyOf(item.value);
        items.set(id, { key, value: item.value });
        touched.push(item.value);
        const ids = index.get(key);
        if (ids) ids.add(id);
        else index.set(key, new Set([id]));
      }
      return touched;
    },
    get: (namespace, name) => items.get(idOf(namespace, name))?.value ?? null,
    *of(key) {
      for (const id of index.get(key) ?? []) {
        const item = items.get(id);
        if (item) yield item.value;
      }
    },
    size: () => items.size,
  };
}
