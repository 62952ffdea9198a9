import type { ServerResponse } from 'node:http';
import type { Exchange } from '../argo-servers/gateway';
import type { GatewayBackend } from '../argo-servers/gateway-server';
import type { ConcourseAccounts, ConcoursePerson } from './accounts';
import type { PracticeConcourse } from './concourse';
import { type Build, type Job, jobOf, type Pipeline, type Resource, resourceOf, type Version } from './model';

export interface Backend extends GatewayBackend<ConcoursePerson | null> {
  concourse: PracticeConcourse;
  accounts: ConcourseAccounts;
  url: () => string;
}

/** A refusal: Concourse answers in words, or with nothing. */
export class ConcourseRefusal extends Error {
  override readonly name = 'ConcourseRefusal';
  readonly status: number;
  constructor(status: number, message = '') {
    super(message);
    this.status = status;
  }
}

/** Roles as `atc/api/accessor/roles.go` maps them. */
const rolesOf = {
  read: ['viewer', 'pipeline-operator', 'member', 'owner'],
  write: ['pipeline-operator', 'member', 'owner'],
} as const;

/** @throws ConcourseRefusal 401 for nobody, 403 for whoever may not. */
export function demand(
  backend: Backend,
  exchange: Exchange,
  team: string,
  does: 'read' | 'write',
): ConcoursePerson {
  const person = backend.person(exchange);
  if (!person) throw new ConcourseRefusal(401, 'not authorized');
  const allowed =
    person.isAdmin || person.teams[team]?.some((role) => (rolesOf[does] as readonly string[]).includes(role));
  if (!allowed) throw new ConcourseRefusal(403, 'forbidden');
  return person;
}

const missing = () => new ConcourseRefusal(404);

/** Whether an aggregate list shows it to whoever asks: to nobody, it shows nothing (200 `[]`). */
export const sees = (person: ConcoursePerson | null, { config }: Pipeline): boolean =>
  person !== null && (person.isAdmin || config.team in person.teams);

type Does = 'read' | 'write';

export function pipelineAt(backend: Backend, exchange: Exchange, does: Does): Pipeline {
  const { team = '', pipeline = '' } = exchange.path;
  demand(backend, exchange, team, does);
  const found = backend.concourse.pipelines.find(
    ({ config }) => config.team === team && config.name === pipeline,
  );
  if (!found) throw missing();
  return found;
}

export function jobAt(backend: Backend, exchange: Exchange, does: Does): Job {
  const found = jobOf(pipelineAt(backend, exchange, does), exchange.path.job ?? '');
  if (!found) throw missing();
  return found;
}

export function resourceAt(backend: Backend, exchange: Exchange, does: Does): Resource {
  const found = resourceOf(pipelineAt(backend, exchange, does), exchange.path.resource ?? '');
  if (!found) throw missing();
  return found;
}

/** A version by its id, of whatever resource: Concourse does not ask whose it is (rule 4). */
export const versionAt = ({ concourse }: Backend, { path }: Exchange): Version | undefined =>
  concourse.pipelines
    .flatMap(({ resources }) => resources.flatMap(({ versions }) => versions))
    .find(({ id }) => id === Number(path.version));

export function buildAt(backend: Backend, exchange: Exchange, does: Does): Build {
  const found = backend.concourse.build(Number(exchange.path.build));
  if (!found) throw missing();
  demand(backend, exchange, found.job.pipeline.config.team, does);
  return found;
}

/** Go's encoder ends what it writes with a line end. */
export function answerJson(
  response: ServerResponse,
  body: unknown,
  status = 200,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(`${JSON.stringify(body)}\n`);
}
