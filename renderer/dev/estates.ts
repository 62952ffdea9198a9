import type { EstateEntry, Estates, estateProcedures } from '../../shared/contract/estates';
import type { Answers } from './answers';

const practice: EstateEntry = {
  key: 'practice',
  name: 'Practice estate of the harbour',
  kind: 'practice',
  place: 'On this computer',
  production: true,
  openedAt: '2026-11-30T09:12:00Z',
};
const recent: EstateEntry[] = [
  {
    key: '1f',
    name: 'Harbour services',
    kind: 'connected',
    place: 'git@git.example.org:harbour/releases.git',
    production: true,
    openedAt: '2026-11-29T16:40:00Z',
  },
  {
    key: '2f',
    name: 'Lighthouse rehearsal',
    kind: 'file',
    place: '~/estates/lighthouse/signalbox.yaml',
    production: false,
    openedAt: '2026-11-20T08:05:00Z',
  },
];

/** With the estate of the fixtures open, and two that were open before. */
export function devEstates(): Answers<typeof estateProcedures> {
  let list = recent;
  const get = (): Estates => ({ phase: 'open', estate: practice, failure: null, recent: list, change: null });
  return {
    'estates.get': get,
    'estates.open': get,
    'estates.open-file': get,
    'estates.close': () => ({ ...get(), phase: 'closed', estate: null }),
    'estates.forget': ({ key }) => {
      list = list.filter((one) => one.key !== key);
      return get();
    },
    'estates.accept-change': get,
    'estates.detect': () => ({
      proposals: [
        {
          field: 'cluster.argoNamespace',
          value: 'argocd',
          now: 'cluster-services',
          from: '20 of 20 Applications of apps are in it.',
        },
      ],
      notes: ['The parent Application is not clear: apps and root manage as many.'],
      takeable: true,
    }),
    'estates.adopt': get,
  };
}
