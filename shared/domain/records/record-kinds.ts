import type { z } from 'zod';
import { operationRecordSchema } from '../attribution/operation-record';
import {
  badBagSchema,
  badVersionSchema,
  bagDeploymentSchema,
  bagSchema,
  cutoffSchema,
  lockSchema,
  passSchema,
  pinSchema,
  servicePinSchema,
  switchSchema,
} from '../bags/records';
import { debtSchema } from '../emergency/debt';
import { freezeSchema } from '../freeze/freeze';
import { holdRecordSchema } from '../hold/hold-record';
import { markSchema } from '../marks/mark';
import { noteSchema } from '../notes/note';
import { originSchema, pendingSchema } from './apart-records';
import type { Fields, RecordForm } from './read-record';

/** All that there is to know of one kind of record. `docs/records.md` is made of it. */
interface Kind<T> extends RecordForm<T> {
  schema: z.ZodType<T>;
  /** Where it lies under `.signalbox/`. What is in braces is a field of the record. */
  path: string;
  /** What it says, in a sentence. */
  says: string;
  /** Which operations write it, and when it goes. */
  written: string;
  /** What it means where there is no such file. */
  missing: string;
}

const kind = <T>(one: Kind<T>): Kind<T> => one;

/**
 * The first consoles kept an image tag under the key `version`, where the record's own version stands now. It was always
 * a text, or null, and never beside `imageTag`.
 */
export function liftImageTag(fields: Fields): Fields {
  const { version, ...rest } = fields;
  const isOld = !Object.hasOwn(fields, 'imageTag') && (typeof version === 'string' || version === null);
  return isOld ? { ...rest, imageTag: version } : fields;
}

/** Every kind of record. Whatever Signalbox keeps in the release repo is one of them. */
export const recordKinds = {
  bag: kind({
    path: 'bags/{pipeline}/{bag}.yaml',
    schema: bagSchema,
    says: 'A bag: the versions of all services of a pipeline, frozen together.',
    written: 'Packing a bag, by hand or automatically. It is never changed afterwards.',
    missing: 'There is no bag of that number. A pass, pin or mark that names it can deploy nothing.',
  }),
  pass: kind({
    path: 'passes/{pipeline}/{environment}/{bag}.{operation}.yaml',
    schema: passSchema,
    says: 'A bag passed all tests of an environment.',
    written: 'The end of a bag’s deployment, in the commit that releases the lock. It is never changed.',
    missing: 'The bag has not passed there, and does not come to the next environment.',
  }),
  deployment: kind({
    path: 'deployments/{pipeline}/{environment}/{bag}.{operation}.yaml',
    schema: bagDeploymentSchema,
    says: 'One deployment of a bag to an environment, and how far it has come.',
    written:
      'Deploying a bag and rolling back to one, from before anything is done outside; running its tests again; unlocking by force, which ends it.',
    missing: 'That deployment was never started.',
  }),
  pin: kind({
    path: 'policy/{pipeline}/pins/{environment}.yaml',
    schema: pinSchema,
    says: 'An environment takes one bag and no other.',
    written: 'Pinning and freezing; rolling back with a pin. Unpinning deletes it.',
    missing: 'The environment is not pinned.',
  }),
  cutoff: kind({
    path: 'policy/{pipeline}/cutoffs/{environment}.yaml',
    schema: cutoffSchema,
    says: 'Up to this bag only a person decides in the environment, since a changed policy deploys nothing by itself.',
    written: 'Every pin, freeze and bad mark, set or taken away.',
    missing: 'No policy was ever changed there.',
  }),
  'bad-bag': kind({
    path: 'bad/{pipeline}/environments/{environment}/{bag}.yaml',
    schema: badBagSchema,
    says: 'A bag is not to be deployed to an environment any more.',
    written: 'Marking a bag bad; rolling back with a mark. Clearing the mark deletes it.',
    missing: 'The bag is not marked bad there.',
  }),
  'service-pin': kind({
    path: 'policy/{pipeline}/services/{service}.yaml',
    schema: servicePinSchema,
    lift: liftImageTag,
    says: 'At packing, one version of a service is taken whatever runs.',
    written: 'Pinning a service. Unpinning deletes it.',
    missing: 'The service is not pinned.',
  }),
  'bad-version': kind({
    path: 'bad/{pipeline}/services/{service}/{imageTag}.yaml',
    schema: badVersionSchema,
    lift: liftImageTag,
    says: 'At packing, one version of a service is not taken.',
    written: 'Marking a version bad. Clearing the mark deletes it.',
    missing: 'The version is not marked bad.',
  }),
  lock: kind({
    path: 'locks/{pipeline}/{environment}.yaml',
    schema: lockSchema,
    says: 'Who holds an environment, and the token that every step of the holder checks.',
    written:
      'Locking and unlocking by hand or by force; deploying a bag, rolling back to one, running its tests again. It is never deleted: its token only ever rises.',
    missing: 'Nobody has ever locked the environment; it is free.',
  }),
  autopilot: kind({
    path: 'policy/{pipeline}/autopilot/{environment}.yaml',
    schema: switchSchema,
    says: 'Autopilots are on or off for one environment.',
    written: 'Switching the autopilot of an environment.',
    missing: 'What the estate file says counts.',
  }),
  'autopilot-everywhere': kind({
    path: 'policy/{pipeline}/autopilot.yaml',
    schema: switchSchema,
    says: 'Autopilots are on or off for the whole pipeline. Off here is off everywhere.',
    written: 'Switching the autopilot of a pipeline.',
    missing: 'It is on, as far as the environments’ own switches and the estate file say so.',
  }),
  'automatic-packing': kind({
    path: 'policy/{pipeline}/packing.yaml',
    schema: switchSchema,
    says: 'New images are packed into a bag by themselves, or are not.',
    written: 'Switching automatic packing.',
    missing: 'What the estate file says counts.',
  }),
  hold: kind({
    path: 'freezes/{environment}/{app}.yaml',
    schema: holdRecordSchema,
    lift: liftImageTag,
    says: 'Automatic deploys of an app into an environment are held.',
    written:
      'Holding an app, and rolling it back. Deploying to a held app notes the version that is guarded. Releasing the hold deletes it.',
    missing: 'Signalbox does not hold the app there.',
  }),
  freeze: kind({
    path: 'freezes/{operation}.yaml',
    schema: freezeSchema,
    says: 'Deploys are frozen: of an app, an environment, a pipeline or everything, until a time.',
    written:
      'Setting a freeze, changing its end, and the console that begins a planned one or freezes apps that are new in its scope. Lifting it, or its end, deletes it.',
    missing: 'There is no such freeze, or it was lifted.',
  }),
  mark: kind({
    path: 'marks/{app}/{imageTag}.yaml',
    schema: markSchema,
    says: 'A version of an app is bad: it is not to be deployed anywhere, alone or in a bag.',
    written: 'Marking a version bad. Clearing the mark deletes it.',
    missing: 'The version is not marked bad for all environments.',
  }),
  note: kind({
    path: 'notes/{note}.yaml',
    schema: noteSchema,
    says: 'What to know when deploying an app, or anything of the estate.',
    written: 'Adding a note, and changing it. Removing the note deletes it.',
    missing: 'There is no such note.',
  }),
  emergency: kind({
    path: 'emergencies/{environment}/{app}.yaml',
    schema: debtSchema,
    says: 'An emergency rollback was made past Git, and is not put back: Argo CD’s automatic sync is off there.',
    written:
      'The console that made it, as soon as the release repo is reachable again. Reconciling it deletes it.',
    missing: 'None is known of. One that was made while the release repo was away may not be written yet.',
  }),
  operation: kind({
    path: 'operations/{month}/{operation}.yaml',
    schema: operationRecordSchema,
    says: 'Who asked for a deployment whose commit a bot makes, and why.',
    written:
      'Deploying, promoting and rolling back through Argo Workflows, GitHub Actions or a pull request: before anything is started, and once more when its commit was seen. It is never deleted.',
    missing: 'The commit’s own author is all that is known, or this console’s own list of operations.',
  }),
  origin: kind({
    path: 'origin.yaml',
    schema: originSchema,
    says: 'Records lie apart from the image tags, and up to where they were copied from there.',
    written:
      'Setting records apart and copying them. It lies on the branch of records alone, and is never deleted.',
    missing:
      'On a branch of records: it is not set up yet, and the records of the branch of the image tags count.',
  }),
  pending: kind({
    path: 'pending/{operation}.{kind}.yaml',
    schema: pendingSchema,
    says: 'A change of image tags and records that lie apart has begun and is not known to have ended.',
    written:
      'Whatever changes both: holding, releasing, rolling back, setting the image tags of a bag. It goes in the commit that changes the records.',
    missing: 'Nothing is half done.',
  }),
} as const;

export type RecordKind = keyof typeof recordKinds;
export type RecordOf<K extends RecordKind> = z.infer<(typeof recordKinds)[K]['schema']>;

/** How the records of a kind are read and written. */
export const formOf = <K extends RecordKind>(name: K): RecordForm<RecordOf<K>> =>
  recordKinds[name] as unknown as RecordForm<RecordOf<K>>;
