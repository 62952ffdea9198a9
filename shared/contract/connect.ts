import { z } from 'zod';
import { estatesSchema } from './estates';
import { action, name, nothing } from './procedure';

const address = z.string().trim().min(1).max(2000);

/** How one signs in to the release repo. A typed secret goes over this border once, and never back. */
const signInSchema = z.discriminatedUnion('by', [
  /** Nothing is sent: a public repo, or SSH with the person's agent or key. */
  z.object({ by: z.literal('nothing') }),
  z.object({
    by: z.literal('token'),
    account: z.string().trim().max(200).nullable(),
    secret: z.string().trim().min(1).max(10_000),
  }),
  /** What `git credential fill` gives, asked of the person's own Git by being chosen. */
  z.object({ by: z.literal('git') }),
]);

/** An environment as it was found. */
const foundEnvironmentSchema = z.object({
  name: z.string(),
  tier: z.enum(['production', 'standard']),
  /** What the estate file says; `null`: nothing. */
  context: z.string().nullable(),
  wrapper: z.array(z.string()),
  argoCd: z.string().nullable(),
  argoWorkflows: z.string().nullable(),
});
export type FoundEnvironment = z.infer<typeof foundEnvironmentSchema>;

const lookSchema = z.discriminatedUnion('outcome', [
  /** Nobody has said yet whether it is the right server. */
  z.object({
    outcome: z.literal('host-key'),
    host: z.string(),
    keys: z.array(z.object({ type: z.string(), fingerprint: z.string() })),
  }),
  z.object({
    outcome: z.literal('found'),
    branch: z.string(),
    /** `file`: the repo has a `signalbox.yaml`; `layout`: image-tag files were found. */
    by: z.enum(['file', 'layout']),
    name: z.string(),
    environments: z.array(foundEnvironmentSchema),
    /** Names of environments in the order in which versions travel; those that are in none are left out. */
    chain: z.array(z.string()),
    /** What the file has this computer reach and run. */
    hosts: z.array(z.string()),
    commands: z.array(z.string()),
  }),
  z.object({ outcome: z.literal('no-layout'), branch: z.string(), imageTagPath: z.string() }),
]);
export type Look = z.infer<typeof lookSchema>;

const contextsSchema = z.object({
  /** Where they were read, for a person. */
  file: z.string(),
  contexts: z.array(
    z.object({
      name: z.string(),
      server: z.string(),
      /** The command that logs in, as its program is called; `null`: none runs. */
      command: z.string().nullable(),
    }),
  ),
  /** Why there are none. */
  problem: z.string().nullable(),
});
export type KubeContexts = z.infer<typeof contextsSchema>;

const clusterWord = z.string().trim().min(1).max(300);
const connectionSchema = z.object({
  name: z.string(),
  tier: z.enum(['production', 'standard']),
  /** `null`: its cluster is not reached by the Kubernetes API. */
  context: clusterWord.nullable(),
  /** What the login command is run inside of, word by word. */
  wrapper: z.array(z.string().max(2000)).max(50),
  argoCd: address.nullable(),
  argoWorkflows: address.nullable(),
});
export type Connection = z.infer<typeof connectionSchema>;

/** Connecting to an estate: what was looked at last is what the next call is about. Answered while none is open. */
export const connectProcedures = {
  /** Looks into a release repo, without changing anything. @see lookSchema */
  'connect.look': action(
    z.object({
      url: address,
      /** `null`: the one that the repo's HEAD names. */
      branch: z.string().trim().min(1).max(250).nullable(),
      /** `null`: GOV.UK's. */
      imageTagPath: z.string().trim().min(1).max(500).nullable(),
      signIn: signInSchema,
    }),
    lookSchema,
  ),
  /** Trusts the SSH server that was looked at, by the fingerprint that the person was shown. */
  'connect.trust-host': action(z.object({ fingerprint: z.string().min(1).max(200) }), nothing),
  /** The contexts of the usual kubeconfig, or of one that the person chooses now. */
  'connect.contexts': action(z.object({ choose: z.boolean() }), contextsSchema),
  /** Saves it and opens it. Answers once it is open. */
  'connect.finish': action(
    z.object({
      name: z.string().trim().min(1).max(100),
      environments: z.array(connectionSchema).min(1).max(100),
      /** The environments of its pipeline, in their order; for what was found by its layout alone. */
      chain: z.array(name).max(100),
      /** A branch of its own for records; `null`: as the file says, else beside the image tags. */
      recordsBranch: z.string().trim().min(1).max(250).nullable(),
      anyway: z.boolean(),
    }),
    estatesSchema,
  ),
} as const;
