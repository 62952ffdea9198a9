import type { ClusterAccess, ClusterAction } from '../../shared/domain/estate/cluster-access';
import type { Log } from '../log/log';
import { canI, namespaceOfArgoCd } from '../systems/argo/server/argo-cd-requests';
import { onceSomebodyComesOrGoes } from '../systems/argo/server/comes-or-goes';
import type { Connection } from '../systems/kubernetes/types';
import type { ClusterPlace } from './place';

/** Milliseconds between two looks at the rights. */
const reviewEvery = 300_000;
/** The least time between two looks, however often the server comes and goes. */
const lookAgain = 5_000;
/** Of so many projects the rights are asked at most. */
const mostProjects = 10;

/**
 * The right at Argo CD that an action needs (argo-cd 3.5, `server/application/application.go`: `Get` asks for no more than
 * `get` even with a refresh, `TerminateOperation` for `sync`, `Update` and `PatchResource` for `update`, `PodLogs` for `get` of
 * logs). What is not done through the server is not asked about.
 */
const rights: Partial<Record<ClusterAction, { resource: string; action: string }>> = {
  refresh: { resource: 'applications', action: 'get' },
  sync: { resource: 'applications', action: 'sync' },
  'terminate-sync': { resource: 'applications', action: 'sync' },
  'switch-automatic-sync': { resource: 'applications', action: 'update' },
  'set-image': { resource: 'applications', action: 'update' },
  'read-logs': { resource: 'logs', action: 'get' },
};

/** Asks Argo CD's server what one may do there. */
export interface ArgoCdAttendant {
  /** `null`: Argo CD has no say in it. */
  access(action: ClusterAction): ClusterAccess | null;
  /** The server answers (again), or shows Applications of other projects than before. */
  awake(): void;
}

interface Answer {
  allowed: boolean | null;
  reason: string | null;
}

/**
 * Roles of Argo CD are about projects and Applications in them: one Application of each project stands for it, and the
 * parent for itself.
 * @param options.applications those that are seen: name and project.
 * @param options.changed called when a right is answered otherwise than before.
 */
export function createArgoCdAttendant(options: {
  connection: Connection;
  place: ClusterPlace;
  applications: () => readonly { name: string; project: string }[];
  changed: () => void;
  signal: AbortSignal;
  log: Log;
}): ArgoCdAttendant {
  const { connection, place, signal } = options;
  let answers = new Map<string, Answer>();
  let asked = '';
  let askedAt = Number.NEGATIVE_INFINITY;
  let isAsking = false;
  let timer: NodeJS.Timeout | undefined;
  /** Counts the people: what one may do is not another's right. */
  let person = 0;
  /** Stands in the names of Applications that live outside of Argo CD's own namespace. */
  let between = '';

  /** As the roles name them: `<project>/<application>`, with the namespace between where it is not Argo CD's own. */
  const objects = (): string[] => {
    const byProject = new Map<string, string>();
    for (const { name, project } of options.applications()) {
      const key = name === place.parentApplication ? `${project} of the parent` : project;
      if (!byProject.has(key) && byProject.size < mostProjects)
        byProject.set(key, `${project}/${between}${name}`);
    }
    return [...byProject.values()];
  };
  const keyOf = (right: { resource: string; action: string }, object: string): string =>
    `${right.resource} ${right.action} ${object}`;

  async function look(): Promise<void> {
    clearTimeout(timer);
    if (isAsking || signal.aborted) return;
    const about = objects();
    const sign = about.join();
    const age = performance.now() - askedAt;
    if (about.length === 0 || age < lookAgain || (sign === asked && age < reviewEvery)) {
      schedule(about.length === 0 || sign !== asked ? lookAgain : reviewEvery - age);
      return;
    }
    isAsking = true;
    asked = sign;
    askedAt = performance.now();
    const asking = person;
    const before = JSON.stringify([...answers]);
    const found = new Map<string, Answer>();
    try {
      const home = await namespaceOfArgoCd(connection, signal);
      if (asking !== person) return;
      if (home.ok)
        between = home.value === null || home.value === place.argoNamespace ? '' : `${place.argoNamespace}/`;
      const named = objects();
      asked = named.join();
      for (const object of named)
        for (const right of Object.values(rights)) {
          const key = keyOf(right, object);
          if (found.has(key)) continue;
          const answer = await canI(connection, { ...right, object }, signal);
          found.set(
            key,
            answer.ok
              ? { allowed: answer.value, reason: null }
              : { allowed: null, reason: answer.failure.message },
          );
        }
      if (asking !== person) return;
      answers = found;
      if (JSON.stringify([...answers]) !== before) options.changed();
      // What could not be answered is asked again soon.
      if ([...found.values()].some(({ allowed }) => allowed === null)) asked = '';
    } catch (error) {
      if (!signal.aborted)
        options.log('warn', 'argo-cd.not-asked', { environment: place.environment, error });
    } finally {
      isAsking = false;
      schedule(asking !== person ? lookAgain : asked === '' ? 6 * lookAgain : reviewEvery);
    }
  }
  function schedule(milliseconds: number): void {
    if (signal.aborted) return;
    timer = setTimeout(() => void look(), Math.max(milliseconds, lookAgain));
    timer.unref();
  }
  signal.addEventListener('abort', () => clearTimeout(timer), { once: true });

  /** Forgets the rights as soon as somebody else is signed in, or nobody, or the same person anew, maybe with other roles. */
  function follow(): void {
    onceSomebodyComesOrGoes(
      connection,
      () => {
        person += 1;
        asked = '';
        askedAt = Number.NEGATIVE_INFINITY;
        follow();
        const knew = answers.size > 0;
        answers = new Map();
        if (knew) options.changed();
        // It never rejects: what it meets is logged within.
        void look();
      },
      signal,
    );
  }
  follow();

  return {
    access(action) {
      const right = rights[action];
      if (!right) return null;
      const what = `${right.action} ${right.resource}`;
      const known = objects().map((object) => ({ object, answer: answers.get(keyOf(right, object)) }));
      const denied = known.filter(({ answer }) => answer?.allowed === false).map(({ object }) => object);
      const allowed = known.filter(({ answer }) => answer?.allowed === true).map(({ object }) => object);
      const isAsked = known.length > 0 && known.every(({ answer }) => answer !== undefined);
      if (known.length > 0 && denied.length === known.length)
        return {
          action,
          state: 'denied',
          asked: true,
          why: `Your role at Argo CD does not have permission to ${what} (${denied.join(', ')}).`,
        };
      if (known.length > 0 && allowed.length === known.length)
        return {
          action,
          state: 'allowed',
          asked: true,
          why: `Granted at Argo CD: ${what} (${allowed.join(', ')}).`,
        };
      const reason = known.map(({ answer }) => answer?.reason).find((one) => one);
      return {
        action,
        state: 'unknown',
        asked: isAsked,
        why:
          denied.length > 0
            ? `Your role at Argo CD has permission to ${what} for ${allowed.join(', ') || 'some'}, but not for ${denied.join(', ')}.`
            : `Not known${reason ? '' : ' yet'} whether your role at Argo CD has permission to ${what}${reason ? `: ${reason}` : '.'}`,
      };
    },
    awake: () => void look(),
  };
}
