import { createHash } from 'node:crypto';
import { uuidv7 } from 'uuidv7';
import { type OnceName, type ProcedureName, procedures } from '../../shared/contract/contract';
import { type Failure, FailureError } from '../../shared/domain/failure/failure';
import type { ArchiveStore, StoredRequest } from '../archive/archive-store';
import type { SessionHandlers } from '../ipc/dispatcher';

/** Where requests are remembered across starts. */
type RequestStore = Pick<ArchiveStore, 'recordRequest' | 'request'>;

type OnceInput = { requestId: string };
type Perform = (input: OnceInput) => unknown;

/** What makes a request that comes twice one: the same id means the same attempt of a person. */
export interface Requests {
  /**
   * Performs, unless the same request is under way: then both get its answer. What is performed again (an answer was
   * lost, Signalbox ended in between) rests on an id of its own: that of an operation (the journal), of an action on
   * a cluster (the list of actions), or what the cluster's object says.
   * @throws FailureError `invalid-input` where the id was used for something else, or what `perform` throws.
   */
  once(procedure: OnceName, input: OnceInput, perform: Perform): Promise<unknown>;
  /** The operation that a request begins: the same one however often it comes. Only while it is performed. */
  operationId(requestId: string): string;
}

/** Requests that could not be written down and are remembered for as long as this runs. */
const mostUnwritten = 1_000;

const mixed = (procedure: string, before: string): FailureError =>
  new FailureError({
    code: 'invalid-input',
    message:
      procedure === before
        ? 'This request was already used with other values.'
        : `This request was already used for something else (${before}).`,
    meaning: 'Nothing was done.',
    next: [{ do: 'advice', label: 'Close what is open and start again.' }],
  });

const digestOf = ({ requestId: _, ...input }: OnceInput): string =>
  createHash('sha256').update(JSON.stringify(input)).digest('hex');

/** @param report is told when a request can't be written down: then it is known until Signalbox ends. */
export function createRequests(options: {
  store: RequestStore;
  now: () => Date;
  report: (failure: Failure) => void;
}): Requests {
  const { store } = options;
  const underWay = new Map<string, { request: StoredRequest; answer: Promise<unknown> }>();
  const unwritten = new Map<string, StoredRequest>();

  const known = (id: string): StoredRequest | null =>
    underWay.get(id)?.request ?? unwritten.get(id) ?? store.request(id);

  function remember(request: StoredRequest): void {
    const failure = store.recordRequest(request);
    if (!failure) return;
    // What it begins needs the disk itself (the journal, the list of actions) and is refused there where that is full.
    options.report(failure);
    const [oldest] = unwritten.size >= mostUnwritten ? unwritten.keys() : [];
    if (oldest !== undefined) unwritten.delete(oldest);
    unwritten.set(request.id, request);
  }

  return {
    async once(procedure, input, perform) {
      const { requestId: id } = input;
      const digest = digestOf(input);
      const before = known(id);
      if (before && (before.procedure !== procedure || before.digest !== digest))
        throw mixed(procedure, before.procedure);
      const running = underWay.get(id);
      if (running) return running.answer;
      const request = before ?? {
        id,
        procedure,
        digest,
        operationId: uuidv7(),
        at: options.now().toISOString(),
      };
      if (!before) remember(request);
      // Not at once: it stands in the list before it begins, since what is performed asks for its operation.
      const answer = Promise.resolve()
        .then(() => perform(input))
        .finally(() => underWay.delete(id));
      underWay.set(id, { request, answer });
      return answer;
    },
    operationId(requestId) {
      const request = known(requestId);
      if (!request) throw new Error(`no request ${requestId} is under way`);
      return request.operationId;
    },
  };
}

const isOnce = (name: ProcedureName): name is OnceName => 'once' in procedures[name];

/** The same handlers; those that the contract wants done once go through the requests. */
export function answeredOnce(handlers: SessionHandlers, requests: Requests): SessionHandlers {
  const names = Object.keys(procedures) as ProcedureName[];
  const wrapped = names.filter(isOnce).map((name) => {
    const perform = handlers[name] as Perform;
    return [name, (input: OnceInput) => requests.once(name, input, perform)];
  });
  return { ...handlers, ...Object.fromEntries(wrapped) };
}
