import type { Board, Cell } from '../board/board';
import { type ComparisonOutage, comparisonOutage, outageText } from '../board/comparison-error';
import { shortVersion } from '../ledger/version';
import { listText } from '../text/list-text';

/** Something that keeps Argo CD from comparing apps, none of which is at fault. */
export interface ArgoOutage {
  outage: ComparisonOutage;
  /** In the order of travel. */
  environments: string[];
  /** Since the first of them could not be compared; ISO 8601 UTC; `null`: not told. */
  since: string | null;
  /** The apps, where it is less than half of those in these environments; empty: it is most of them. */
  apps: string[];
  /** Cells with a version that does not arrive because of it. */
  waiting: Cell[];
}

/** The outages of Argo CD by what is out, whatever number of apps tell of it. */
export function argoOutages({ cells, environments }: Board): ArgoOutage[] {
  const found = new Map<ComparisonOutage, { cells: Cell[]; since: string[] }>();
  for (const cell of cells)
    for (const { conditions } of cell.applications)
      for (const condition of conditions) {
        const outage = comparisonOutage(condition);
        if (outage === null) continue;
        const one = found.get(outage) ?? { cells: [], since: [] };
        found.set(outage, one);
        if (one.cells.at(-1) !== cell) one.cells.push(cell);
        if (condition.since && !Number.isNaN(Date.parse(condition.since))) one.since.push(condition.since);
      }
  return [...found].map(([outage, { cells: hit, since }]) => {
    const there = new Set(hit.map(({ environment }) => environment));
    const apps = [...new Set(hit.map(({ app }) => app))];
    const all = cells.filter(({ environment }) => there.has(environment));
    return {
      outage,
      environments: environments.flatMap(({ name }) => (there.has(name) ? [name] : [])),
      since: since.sort()[0] ?? null,
      apps: hit.length * 2 < all.length ? apps : [],
      waiting: hit.filter(({ stage }) => stage?.state === 'committed' || stage?.state === 'waiting'),
    };
  });
}

/** What an outage means for the person, as sentences. */
export function outageSentence({ outage, environments, apps, waiting }: ArgoOutage): string {
  const of = apps.length > 0 ? ` for ${listText(apps, 3)}` : '';
  const waits = waiting.map(
    ({ app, environment, ledger }) =>
      `${app} ${ledger?.version ? shortVersion(ledger.version) : ''} in ${environment}`,
  );
  const late = waits.length > 0 ? ` Waiting: ${listText(waits, 3)}.` : '';
  return `${outageText[outage]}${of} in ${listText(environments, 5)}. What runs is not affected; new deploys don’t arrive.${late}`;
}
