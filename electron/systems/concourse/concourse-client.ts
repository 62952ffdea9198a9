import {
  type Build,
  type BuildResources,
  type ConcourseUser,
  type Job,
  type Pipeline,
  type PipelinePlace,
  type Preparation,
  type Resource,
  type ResourceVersion,
  readBuild,
  readBuildResources,
  readJob,
  readPipeline,
  readPreparation,
  readResource,
  readUser,
  readVersion,
} from '../../../shared/domain/concourse/answers';
import { type AnswerLimits, boundedFetch } from '../http/bounded-fetch';
import type { ConcourseSession } from './concourse-session';
import { badConcourseAnswer, ConcourseTrouble } from './concourse-trouble';

/** A Concourse as one person sees it (8.2). Calls reject with {@link ConcourseTrouble} or with what `fetch` says of the network. */
export interface ConcourseClient {
  readonly url: string;
  /** Who is signed in. To be asked before lists are believed: without a token they are empty, not refused. */
  user(signal: AbortSignal): Promise<ConcourseUser>;
  pipelines(signal: AbortSignal): Promise<Pipeline[]>;
  /** Every visible job. A server may cap the list of all: then pipeline by pipeline. */
  jobs(of: readonly PipelinePlace[], signal: AbortSignal): Promise<Job[]>;
  resources(signal: AbortSignal): Promise<Resource[]>;
  /** Builds of jobs with that id or a higher one; `null`: the newest hundred. `last`: the highest id that was looked at. */
  builds(from: number | null, signal: AbortSignal): Promise<{ builds: Build[]; last: number }>;
  jobBuilds(place: PipelinePlace, job: string, signal: AbortSignal): Promise<Build[]>;
  build(id: number, signal: AbortSignal): Promise<Build>;
  buildResources(id: number, signal: AbortSignal): Promise<BuildResources>;
  preparation(id: number, signal: AbortSignal): Promise<Preparation>;
  /** The plan as JSON; `null`: it has not started. */
  plan(id: number, signal: AbortSignal): Promise<unknown>;
  /** Newest first. */
  versions(place: PipelinePlace, resource: string, signal: AbortSignal): Promise<ResourceVersion[]>;
  inputTo(place: PipelinePlace, resource: string, version: number, signal: AbortSignal): Promise<Build[]>;
  outputOf(place: PipelinePlace, resource: string, version: number, signal: AbortSignal): Promise<Build[]>;
  /** An event stream's head, once it comes: a build that is pending sends none. The body is the caller's to read or cancel. */
  events(id: number, after: string | null, signal: AbortSignal): Promise<Response>;
  /** Changes something. @returns the answer's JSON; `null`: it has none */
  change(method: 'POST' | 'PUT', path: string, body: unknown, signal: AbortSignal): Promise<unknown>;
}

const limits: Partial<AnswerLimits> = { silence: 15_000, whole: 45_000, bytes: 24 * 1024 * 1024 };
const pageSize = 100;
/** Pages that are read in one go, at most: a console that was away for long catches up from the newest. */
const mostPages = 20;

export const pathOf = ({ team, pipeline }: PipelinePlace): string =>
  `/teams/${encodeURIComponent(team)}/pipelines/${encodeURIComponent(pipeline)}`;

function troubleOf(status: number): ConcourseTrouble {
  const kind =
    status === 401
      ? 'ended'
      : status === 403
        ? 'forbidden'
        : status === 404
          ? 'missing'
          : status === 409
            ? 'conflict'
            : status === 500
              ? 'nothing-or-fault'
              : 'status';
  return new ConcourseTrouble(kind, `HTTP ${status}`);
}

/**
 * @param config.url as the estate names it, with or without a slash at its end
 * @param config.onRequest told of every request, for those who count
 */
export function createConcourseClient(config: {
  url: string;
  session: ConcourseSession;
  fetch?: typeof fetch | undefined;
  limits?: Partial<AnswerLimits>;
  onRequest?: (path: string) => void;
}): ConcourseClient {
  const { session } = config;
  const url = config.url.replace(/\/+$/, '');
  const plain = config.fetch ?? fetch;
  const bounded = boundedFetch(
    plain,
    badConcourseAnswer,
    { ...limits, ...config.limits },
    'json-refused-in-words',
  );

  async function send(
    how: typeof fetch,
    path: string,
    init: RequestInit,
    signal: AbortSignal,
    isSecond = false,
  ): Promise<Response> {
    const token = await session.token(signal);
    config.onRequest?.(path);
    const answer = await how(`${url}/api/v1${path}`, {
      ...init,
      signal,
      // A redirect leads to a login, or elsewhere: a token is not sent along.
      redirect: 'manual',
      headers: { ...init.headers, authorization: `Bearer ${token}` },
    });
    if (answer.ok) return answer;
    // Nothing more is read of it, whatever becomes of it.
    await answer.body?.cancel().catch(() => undefined);
    // What was refused for want of a session was not done: it may be sent again.
    if (answer.status === 401 && session.refused(token) && !isSecond)
      return send(how, path, init, signal, true);
    if (answer.status >= 300 && answer.status < 400)
      throw new ConcourseTrouble('page', `HTTP ${answer.status}`);
    throw troubleOf(answer.status);
  }

  async function get(path: string, signal: AbortSignal): Promise<unknown> {
    const answer = await send(bounded, path, { headers: { accept: 'application/json' } }, signal);
    try {
      return await answer.json();
    } catch {
      throw new ConcourseTrouble('odd', 'no JSON');
    }
  }

  async function list<T>(path: string, read: (item: unknown) => T | null, signal: AbortSignal): Promise<T[]> {
    const body = await get(path, signal);
    if (body !== null && !Array.isArray(body)) throw new ConcourseTrouble('odd', 'no list');
    return (body ?? []).flatMap((item) => read(item) ?? []);
  }

  async function one<T>(path: string, read: (item: unknown) => T | null, signal: AbortSignal): Promise<T> {
    const found = read(await get(path, signal));
    if (found === null) throw new ConcourseTrouble('odd', `what ${path.split('/')[1]} answers`);
    return found;
  }

  const versionPath = (place: PipelinePlace, resource: string, version: number): string =>
    `${pathOf(place)}/resources/${encodeURIComponent(resource)}/versions/${version}`;

  return {
    url,
    user: (signal) => one('/user', readUser, signal),
    pipelines: (signal) => list('/pipelines', readPipeline, signal),
    async jobs(of, signal) {
      try {
        return await list('/jobs', readJob, signal);
      } catch (error) {
        const isCapped =
          error instanceof ConcourseTrouble && error.kind === 'status' && /50[13]/.test(error.detail);
        if (!isCapped) throw error;
        const each = await Promise.all(of.map((place) => list(`${pathOf(place)}/jobs`, readJob, signal)));
        return each.flat();
      }
    },
    resources: (signal) => list('/resources', readResource, signal),
    async builds(from, signal) {
      const found = new Map<number, Build>();
      let last = from === null ? 0 : from - 1;
      let next = from;
      for (let page = 0; page < mostPages; page += 1) {
        const query = next === null ? '' : `from=${next}&`;
        const body = await get(`/builds?${query}limit=${pageSize}`, signal);
        if (body !== null && !Array.isArray(body)) throw new ConcourseTrouble('odd', 'no list');
        const items = body ?? [];
        // Of originals and checks alone: a page is in the order of originals, so that a rerun may be ahead of what it lacks.
        let highest = 0;
        for (const item of items) {
          const { id, rerun_of } = (item ?? {}) as { id?: unknown; rerun_of?: unknown };
          if (typeof id === 'number' && Number.isSafeInteger(id)) {
            last = Math.max(last, id);
            if (rerun_of === undefined || rerun_of === null) highest = Math.max(highest, id);
          }
          const build = readBuild(item);
          if (build) found.set(build.id, build);
        }
        if (from === null || items.length < pageSize || highest < (next ?? 0)) break;
        next = highest + 1;
        // What is beyond the last page is read in the next round.
        if (page === mostPages - 1) last = highest;
      }
      return { builds: [...found.values()], last };
    },
    jobBuilds: (place, job, signal) =>
      list(`${pathOf(place)}/jobs/${encodeURIComponent(job)}/builds?limit=${pageSize}`, readBuild, signal),
    build: (id, signal) => one(`/builds/${id}`, readBuild, signal),
    buildResources: async (id, signal) => readBuildResources(await get(`/builds/${id}/resources`, signal)),
    preparation: async (id, signal) => readPreparation(await get(`/builds/${id}/preparation`, signal)),
    async plan(id, signal) {
      try {
        return await get(`/builds/${id}/plan`, signal);
      } catch (error) {
        if (error instanceof ConcourseTrouble && error.kind === 'missing') return null;
        throw error;
      }
    },
    versions: (place, resource, signal) =>
      list(
        `${pathOf(place)}/resources/${encodeURIComponent(resource)}/versions?limit=${pageSize}`,
        readVersion,
        signal,
      ),
    inputTo: (place, resource, version, signal) =>
      list(`${versionPath(place, resource, version)}/input_to`, readBuild, signal),
    outputOf: (place, resource, version, signal) =>
      list(`${versionPath(place, resource, version)}/output_of`, readBuild, signal),
    events: (id, after, signal) =>
      send(
        plain,
        `/builds/${id}/events`,
        { headers: { accept: 'text/event-stream', ...(after === null ? {} : { 'last-event-id': after }) } },
        signal,
      ),
    async change(method, path, body, signal) {
      const sent: Record<string, string> = body === undefined ? {} : { 'content-type': 'application/json' };
      const answer = await send(
        bounded,
        path,
        {
          method,
          headers: { accept: 'application/json', ...sent },
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        },
        signal,
      );
      // Some actions answer with nothing.
      return answer.json().catch(() => null);
    },
  };
}
