import type { Exchange } from '../argo-servers/gateway';
import { type Backend, buildAt, ConcourseRefusal } from './backend';

/**
 * A build's events, as `atc/api/buildserver/eventhandler.go` streams them: from the one after `Last-Event-ID`; at the end
 * `event: end` with a bare `data`, and the socket stays open. One that is pending sends not even headers.
 */
export function streamEvents(backend: Backend, exchange: Exchange): void {
  const build = buildAt(backend, exchange, 'read');
  const { request, response } = exchange;
  const asked = request.headers['last-event-id'];
  if (asked !== undefined && !/^\d+$/.test(String(asked))) throw new ConcourseRefusal(400);
  let next = asked === undefined ? 0 : Number(asked) + 1;
  const write = (): void => {
    if (backend.muted()) return;
    if (build.events.length === 0 && build.endedAt === null) return;
    if (!response.headersSent)
      response.writeHead(200, {
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-cache, no-store, must-revalidate',
        'x-accel-buffering': 'no',
        'x-atc-stream-version': '2.0',
      });
    const frames: string[] = [];
    for (; next < build.events.length; next += 1) {
      const { event, version, data } = build.events[next] ?? { event: '', version: '', data: {} };
      const body = JSON.stringify({ data, event, version, event_id: String(next) });
      frames.push(`id: ${next}\nevent: event\ndata: ${body}\n\n`);
    }
    if (build.endedAt !== null) {
      frames.push(`id: ${next}\nevent: end\ndata\n\n`);
      stop();
    }
    if (frames.length > 0) response.write(frames.join(''));
  };
  const stop = backend.concourse.onEvent(write);
  backend.streams.add(response);
  response.on('close', () => {
    stop();
    backend.streams.delete(response);
  });
  write();
}
