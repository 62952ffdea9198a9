import type { FreezeScope } from '../freeze/freeze';

/** What an operation is about. */
export type Subject =
  | { about: 'app'; app: string; environment: string }
  /** A pipeline of bags, or the lock of one of its environments. `environment: null`: the whole pipeline. */
  | { about: 'pipeline'; pipeline: string; environment: string | null }
  /** Several apps of an environment. */
  | { about: 'environment'; environment: string }
  /** What is said of an app in all environments, or of the whole estate (`app: null`). */
  | { about: 'estate'; app: string | null; environment: null }
  /** What is frozen. All `null`: the whole estate. */
  | ({ about: 'freeze' } & FreezeScope);
export type About = Subject['about'];

/** Whether it is this environment of this pipeline. */
export const isStage = (subject: Subject, pipeline: string, environment: string): boolean =>
  subject.about === 'pipeline' && subject.pipeline === pipeline && subject.environment === environment;

/** How the subject is read from what was asked. */
export interface SubjectRule<I, A extends About> {
  readonly about: A;
  readonly of: (intent: I) => Extract<Subject, { about: A }>;
}

/** An app in an environment. */
export const anApp: SubjectRule<{ app: string; environment: string }, 'app'> = {
  about: 'app',
  of: ({ app, environment }) => ({ about: 'app', app, environment }),
};

/** An environment of a pipeline. */
export const aStage: SubjectRule<{ pipeline: string; environment: string }, 'pipeline'> = {
  about: 'pipeline',
  of: ({ pipeline, environment }) => ({ about: 'pipeline', pipeline, environment }),
};

/** Several apps of an environment. */
export const anEnvironment: SubjectRule<{ environment: string }, 'environment'> = {
  about: 'environment',
  of: ({ environment }) => ({ about: 'environment', environment }),
};

/** An app in all environments, or the whole estate. */
export const ofEstate: SubjectRule<{ app: string | null }, 'estate'> = {
  about: 'estate',
  of: ({ app }) => ({ about: 'estate', app, environment: null }),
};

/** The scope of a freeze. */
export const aScope: SubjectRule<{ scope: FreezeScope }, 'freeze'> = {
  about: 'freeze',
  of: ({ scope: { app, environment, pipeline } }) => ({ about: 'freeze', app, environment, pipeline }),
};
