import { z } from 'zod';

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
const control = /[\u0000-\u001f\u007f]/;

const word = z
  .string()
  .max(2000, { abort: true })
  .refine((text) => !control.test(text), { error: 'must not contain control characters' });

/** What decides on which programs run, or on what they load: a login needs none of it, an attack does. */
const steersPrograms =
  /^(PATH|PATHEXT|IFS|ENV|BASH_ENV|SHELLOPTS|BASHOPTS|COMSPEC|(LD|DYLD)_.*|NODE_OPTIONS|NODE_PATH|PYTHON(PATH|HOME|STARTUP)|PERL5(OPT|LIB|DB)|RUBY(OPT|LIB)|JAVA_TOOL_OPTIONS|JDK_JAVA_OPTIONS|KUBERNETES_EXEC_INFO)$/i;

const variable = z
  .string()
  .max(200, { abort: true })
  .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'must be the name of an environment variable')
  .refine((name) => !steersPrograms.test(name), {
    error: 'must not be a variable that decides which programs run or what they load',
  });

/**
 * How the login command of a kubeconfig (`users[].user.exec`) is run for one environment. The person is asked about the
 * whole command line before it runs, and again when anything of it changes: an estate file often lies in a repo.
 */
export const clusterExecSchema = z
  .strictObject({
    wrapper: z
      .array(word)
      .max(50)
      .default([])
      .describe(
        'A command that the kubeconfig’s login command is run inside of, word by word, such as `[gds, aws, govuk-production-readonly, --]`: the login command and its arguments are added at its end. A program with a folder in its name is relative to the estate file; one without is looked for in `PATH`.',
      ),
    env: z
      .record(variable, word)
      .default({})
      .describe(
        'Environment variables of the command, such as `AWS_PROFILE`. They go before those of the kubeconfig, and these before the login shell’s.',
      ),
  })
  .refine(({ wrapper, env }) => wrapper.length > 0 || Object.keys(env).length > 0, {
    error: 'must have a wrapper or env',
  })
  .refine(({ wrapper }) => wrapper.length === 0 || wrapper[0] !== '', {
    error: 'must begin with a program',
    path: ['wrapper', 0],
  });
export type ClusterExec = z.infer<typeof clusterExecSchema> & {
  /** The estate file's folder, once that is known: what the command names there decides on what is run. */
  folder?: string;
};
