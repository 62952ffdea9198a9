import type { Estates, estateProcedures } from '../../../shared/contract/estates';
import { clusterOf } from '../../../shared/domain/estate/cluster-of';
import type { Estate } from '../../../shared/domain/estate/estate';
import { FailureError } from '../../../shared/domain/failure/failure';
import type { HandlersOf } from '../../ipc/dispatcher';
import { detectArgo } from '../../observation/detect-argo';
import { clusterConnection } from '../open-clusters';
import type { Session } from '../open-session';
import type { EstateChoice } from './choice';
import { type ConnectedEstates, estateOf } from './connected';
import type { Lifecycle, Openable } from './lifecycle';

/** Milliseconds that asking one cluster may take. */
const patience = 60_000;

const refuse = (message: string, advice: string): FailureError =>
  new FailureError({
    code: 'invalid-input',
    message,
    meaning: 'Nothing was changed.',
    next: [{ do: 'advice', label: advice }],
  });

function environmentOf(estate: Estate, name: string): Estate['environments'][number] {
  const found = estate.environments.find((one) => one.name === name);
  if (!found) throw refuse(`This estate has no environment ${name}.`, 'Look at the estate again.');
  return found;
}

/** Handlers of finding out by asking what no file says. */
export function detectHandlers(options: {
  lifecycle: Lifecycle<EstateChoice, Openable & { session: Session }>;
  connected: ConnectedEstates;
  estates: () => Estates | Promise<Estates>;
}): Pick<HandlersOf<typeof estateProcedures>, 'estates.detect' | 'estates.adopt'> {
  const { lifecycle, connected } = options;
  return {
    'estates.detect': async ({ environment: name }) => {
      const { session } = await lifecycle.opened();
      const { choice } = lifecycle.now();
      const environment = environmentOf(session.estate, name);
      const cluster = clusterOf(environment);
      const context = cluster?.context;
      if (!cluster || context === undefined)
        throw refuse(
          `No cluster is named for ${name}, so there is none to ask.`,
          'Connect to the estate again and choose its context, or name it in signalbox.yaml.',
        );
      const connection = await clusterConnection(
        name,
        { ...cluster, context },
        { consents: session.consents, ownKubeconfigs: session.mode === 'practice' },
      );
      try {
        const now = {
          ...cluster,
          argoCd: environment.argo?.cd?.url ?? null,
          argoWorkflows: environment.argo?.workflows?.url ?? null,
        };
        const found = await detectArgo(connection, now, AbortSignal.timeout(patience));
        return { ...found, takeable: choice?.kind === 'connected' };
      } finally {
        connection.close();
      }
    },
    'estates.adopt': async ({ environment: name, values, anyway }) => {
      const { session } = await lifecycle.opened();
      const { choice } = lifecycle.now();
      environmentOf(session.estate, name);
      if (choice?.kind !== 'connected')
        throw refuse(
          'This estate is described by a file of its own.',
          'Write what was found into signalbox.yaml.',
        );
      const record = connected.get(choice.id);
      const before = record.amendment.environments?.[name];
      const cluster: Record<string, unknown> = { ...before?.cluster };
      const argo: Record<string, unknown> = { ...before?.argo };
      for (const { field, value } of values) {
        const [part, key = '', inner] = field.split('.');
        if (part === 'cluster') cluster[key] = value;
        else if (inner !== undefined) argo[key] = { ...(argo[key] as object | undefined), [inner]: value };
      }
      const changed = {
        ...record,
        amendment: {
          ...record.amendment,
          environments: { ...record.amendment.environments, [name]: { ...before, cluster, argo } },
        },
      };
      // Whatever is wrong with what was typed is told before anything is saved.
      estateOf(changed);
      connected.set(choice.id, changed);
      await lifecycle.open(choice, { anyway });
      return options.estates();
    },
  };
}
