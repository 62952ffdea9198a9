import type { Exchange } from '../argo-servers/gateway';
import type { GatewayRoutes } from '../argo-servers/gateway-server';
import {
  answerJson,
  type Backend,
  buildAt,
  ConcourseRefusal,
  demand,
  jobAt,
  pipelineAt,
  resourceAt,
  sees,
  versionAt,
} from './backend';
import { jobInputs } from './build-plan';
import { streamEvents } from './event-route';
import type { Build, Pipeline, Version } from './model';
import { pageOf } from './pages';
import {
  buildResourcesShape,
  buildShape,
  checkInList,
  jobInList,
  jobShape,
  pipelineShape,
  preparationShape,
  resourceShape,
  versionShape,
} from './shapes';

const visible = (backend: Backend, exchange: Exchange): Pipeline[] => {
  const person = backend.person(exchange);
  return backend.concourse.pipelines.filter((one) => sees(person, one));
};

const listed = (build: Build) => ({ id: build.id, original: build.rerunOf?.id ?? build.id, build });

function listBuilds(backend: Backend, exchange: Exchange): void {
  const seen = new Set(visible(backend, exchange));
  const builds = backend.concourse
    .builds()
    .flatMap((build) =>
      seen.has(build.job.pipeline) ? [{ ...listed(build), shape: () => buildShape(build) }] : [],
    );
  const checks = backend.concourse.checks.flatMap(({ build, resource }) =>
    seen.has(resource.pipeline)
      ? [{ id: build.id, original: build.id, shape: () => checkInList(build, resource) }]
      : [],
  );
  const { items, headers } = pageOf([...builds, ...checks], exchange, `${backend.url()}/api/v1/builds`);
  answerJson(
    exchange.response,
    items.map(({ shape }) => shape()),
    200,
    headers,
  );
}

function listVersions(backend: Backend, exchange: Exchange): void {
  const resource = resourceAt(backend, exchange, 'read');
  const filters = exchange.query.getAll('filter').map((one) => one.split(/:(.*)/s));
  const found = resource.versions.filter(({ value }) =>
    filters.every(([name = '', text]) => value[name] === text),
  );
  const limit = Number(exchange.query.get('limit')) || 100;
  answerJson(exchange.response, found.slice(0, limit).map(versionShape));
}

/** Builds that took or put a version. */
const buildsOfVersion =
  (which: (version: Version) => readonly Build[]) => (backend: Backend, exchange: Exchange) => {
    const resource = resourceAt(backend, exchange, 'read');
    const version = versionAt(backend, exchange);
    if (version && version.resource !== resource) throw new ConcourseRefusal(404);
    answerJson(exchange.response, version ? which(version).map((build) => buildShape(build)) : []);
  };

/** Nothing to change is an error to Concourse: 500. */
const done = ({ response }: Exchange, isChanged = true): void => {
  if (!isChanged) throw new ConcourseRefusal(500);
  response.writeHead(200).end();
};

const toggle = (enabled: boolean) => (backend: Backend, exchange: Exchange) => {
  const resource = resourceAt(backend, exchange, 'write');
  const version = versionAt(backend, exchange);
  done(exchange, version?.resource === resource && backend.concourse.toggle(resource, version, enabled));
};

function pin(backend: Backend, exchange: Exchange): void {
  const resource = resourceAt(backend, exchange, 'write');
  const version = versionAt(backend, exchange);
  if (!version) throw new ConcourseRefusal(404);
  backend.concourse.pin(resource, version);
  done(exchange);
}

function commentOnPin(backend: Backend, exchange: Exchange): void {
  const resource = resourceAt(backend, exchange, 'write');
  if (!resource.pin) throw new ConcourseRefusal(500);
  resource.pin.comment = String((exchange.body as { pin_comment?: unknown } | undefined)?.pin_comment ?? '');
  done(exchange);
}

const pausing =
  (of: 'job' | 'pipeline', isPaused: boolean) =>
  (backend: Backend, exchange: Exchange): void => {
    const pipeline = pipelineAt(backend, exchange, 'write');
    const by = isPaused ? (backend.person(exchange)?.name ?? '') : null;
    if (of === 'pipeline') backend.concourse.pausePipeline(pipeline, by);
    else backend.concourse.pauseJob(jobAt(backend, exchange, 'write'), by);
    done(exchange);
  };

const job = '/api/v1/teams/{team}/pipelines/{pipeline}/jobs/{job}';
const resource = '/api/v1/teams/{team}/pipelines/{pipeline}/resources/{resource}';

export const routes: GatewayRoutes<Backend> = [
  [
    'GET /api/v1/info',
    ({ url }, { response }) =>
      answerJson(response, {
        version: '8.2.5',
        worker_version: '2.5',
        feature_flags: {
          build_rerun: false,
          cache_streamed_volumes: false,
          global_resources: false,
          resource_causality: true,
        },
        external_url: url(),
        cluster_name: 'practice',
      }),
  ],
  [
    'GET /api/v1/user',
    (backend, exchange) => {
      const person = backend.person(exchange);
      if (!person) throw new ConcourseRefusal(401, 'not authorized');
      const { name, isAdmin, teams } = person;
      answerJson(exchange.response, {
        sub: Buffer.from(name).toString('base64url'),
        name,
        user_id: name,
        user_name: '',
        email: name,
        is_admin: isAdmin,
        is_system: false,
        teams,
        connector: 'local',
        display_user_id: name,
      });
    },
  ],
  [
    'GET /api/v1/pipelines',
    (backend, exchange) => answerJson(exchange.response, visible(backend, exchange).map(pipelineShape)),
  ],
  [
    'GET /api/v1/jobs',
    (backend, exchange) =>
      answerJson(
        exchange.response,
        visible(backend, exchange).flatMap(({ jobs }) => jobs.map(jobInList)),
      ),
  ],
  [
    'GET /api/v1/resources',
    (backend, exchange) =>
      answerJson(
        exchange.response,
        visible(backend, exchange).flatMap(({ resources }) => resources.map(resourceShape)),
      ),
  ],
  ['GET /api/v1/builds', listBuilds],
  ['GET /api/v1/builds/{build}', (b, x) => answerJson(x.response, buildShape(buildAt(b, x, 'read'), true))],
  [
    'GET /api/v1/builds/{build}/plan',
    (backend, exchange) => {
      const { plan } = buildAt(backend, exchange, 'read');
      if (!plan) throw new ConcourseRefusal(404);
      answerJson(exchange.response, plan);
    },
  ],
  [
    'GET /api/v1/builds/{build}/resources',
    (b, x) => answerJson(x.response, buildResourcesShape(buildAt(b, x, 'read'))),
  ],
  [
    'GET /api/v1/builds/{build}/preparation',
    (b, x) => answerJson(x.response, preparationShape(buildAt(b, x, 'read'))),
  ],
  ['GET /api/v1/builds/{build}/events', streamEvents],
  [
    'PUT /api/v1/builds/{build}/abort',
    (backend, exchange) => {
      backend.concourse.abort(buildAt(backend, exchange, 'write'));
      exchange.response.writeHead(204).end();
    },
  ],
  [
    'PUT /api/v1/builds/{build}/comment',
    (backend, exchange) => {
      const build = buildAt(backend, exchange, 'write');
      build.comment = String((exchange.body as { comment?: unknown } | undefined)?.comment ?? '');
      exchange.response.writeHead(204).end();
    },
  ],
  [
    'GET /api/v1/teams/{team}/pipelines/{pipeline}/jobs',
    (b, x) => answerJson(x.response, pipelineAt(b, x, 'read').jobs.map(jobInList)),
  ],
  [`GET ${job}`, (b, x) => answerJson(x.response, jobShape(jobAt(b, x, 'read')))],
  [`GET ${job}/inputs`, (b, x) => answerJson(x.response, jobInputs(jobAt(b, x, 'read')))],
  [
    `GET ${job}/builds`,
    (backend, exchange) => {
      const { builds } = jobAt(backend, exchange, 'read');
      const { items, headers } = pageOf(
        builds.map(listed),
        exchange,
        `${backend.url()}${exchange.request.url?.split('?')[0] ?? ''}`,
      );
      answerJson(
        exchange.response,
        items.map(({ build }) => buildShape(build, true)),
        200,
        headers,
      );
    },
  ],
  [
    `POST ${job}/builds`,
    (backend, exchange) => {
      const found = jobAt(backend, exchange, 'write');
      if (found.config.noManualTrigger) throw new ConcourseRefusal(409);
      const { name } = demand(backend, exchange, found.pipeline.config.team, 'write');
      answerJson(exchange.response, buildShape(backend.concourse.trigger(found, name)));
    },
  ],
  [
    `POST ${job}/builds/{name}`,
    (backend, exchange) => {
      const found = jobAt(backend, exchange, 'write');
      const { name } = demand(backend, exchange, found.pipeline.config.team, 'write');
      const build = found.builds.find((one) => one.name === exchange.path.name);
      if (!build) throw new ConcourseRefusal(404);
      if (build.startedAt === null) throw new ConcourseRefusal(500);
      answerJson(exchange.response, buildShape(backend.concourse.rerun(build, name)));
    },
  ],
  [`PUT ${job}/pause`, pausing('job', true)],
  [`PUT ${job}/unpause`, pausing('job', false)],
  ['PUT /api/v1/teams/{team}/pipelines/{pipeline}/pause', pausing('pipeline', true)],
  ['PUT /api/v1/teams/{team}/pipelines/{pipeline}/unpause', pausing('pipeline', false)],
  [
    'GET /api/v1/teams/{team}/pipelines/{pipeline}/resources',
    (b, x) => answerJson(x.response, pipelineAt(b, x, 'read').resources.map(resourceShape)),
  ],
  [`GET ${resource}`, (b, x) => answerJson(x.response, resourceShape(resourceAt(b, x, 'read')))],
  [`GET ${resource}/versions`, listVersions],
  [`GET ${resource}/versions/{version}/input_to`, buildsOfVersion(({ takenBy }) => takenBy)],
  [`GET ${resource}/versions/{version}/output_of`, buildsOfVersion(({ putBy }) => putBy)],
  [`PUT ${resource}/versions/{version}/enable`, toggle(true)],
  [`PUT ${resource}/versions/{version}/disable`, toggle(false)],
  [`PUT ${resource}/versions/{version}/pin`, pin],
  [`PUT ${resource}/unpin`, (b, x) => done(x, b.concourse.unpin(resourceAt(b, x, 'write')))],
  [`PUT ${resource}/pin_comment`, commentOnPin],
  [
    `POST ${resource}/check`,
    (backend, exchange) => {
      const found = resourceAt(backend, exchange, 'write');
      answerJson(exchange.response, checkInList(backend.concourse.check(found), found), 201);
    },
  ],
];
