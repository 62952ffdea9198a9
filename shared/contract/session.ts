import { z } from 'zod';
import { quietHoursSchema } from '../domain/attention/quiet-hours';
import { boardSettingsSchema } from '../domain/board/board-view';
import { freshnessSchema } from '../domain/board/freshness';
import { connectionReportSchema } from '../domain/estate/connection-report';
import { action, nothing, query } from './procedure';

/** What the window is showing: a real estate, the practice estate, or a release repo opened read-only. */
const sessionSchema = z.object({
  estate: z.string(),
  mode: z.enum(['practice', 'real', 'read-only']),
  /** Why acting is refused as a whole, `null` when it is not. */
  readOnlyBecause: z.string().nullable(),
  actor: z.string(),
  /** Whether an environment of it is of tier production. */
  production: z.boolean(),
  /** What was lost of Signalbox's own files, each in a sentence; empty: nothing. */
  notices: z.array(z.string()),
  app: z.object({
    version: z.string(),
    runtime: z.string(),
    chromium: z.string(),
    node: z.string(),
    platform: z.string(),
    fallbackRuntime: z.boolean(),
  }),
  ledger: z.object({
    url: z.string(),
    branch: z.string(),
    landing: z.enum(['push', 'merge-branch']),
    freshness: freshnessSchema,
  }),
});

/** How Signalbox lives on the desktop. */
const desktopSchema = z.object({
  startAtLogin: z.boolean(),
  /** An icon among those of the system, with the worst state and what runs. */
  tray: z.boolean(),
  /** Nobody is notified meanwhile; the badge and the icon still show. `null`: none. */
  quietHours: quietHoursSchema.nullable(),
  /** Minutes without anybody at the computer after which the content is hidden; `null`: never. */
  lockAfterMinutes: z.number().int().min(1).max(480).nullable(),
  /** It is hidden when the screen is locked. */
  lockWithScreen: z.boolean(),
  /** Newer versions of Signalbox are looked for without being asked. Left out by versions that could not. */
  lookForUpdates: z.boolean().default(true),
});
export const usualDesktop: z.infer<typeof desktopSchema> = {
  startAtLogin: false,
  tray: true,
  quietHours: null,
  lockAfterMinutes: null,
  lockWithScreen: false,
  lookForUpdates: true,
};

const settingsSchema = z.object({
  colourScheme: z.enum(['auto', 'light', 'dark']),
  notifications: z.boolean(),
  desktop: desktopSchema,
  /** Who the commits are by. */
  identity: z.object({ name: z.string().trim().min(1).max(100), email: z.email() }),
  /** They are signed as the person's own Git signs: by its `user.signingkey`, `gpg.format` and programs. */
  signCommits: z.boolean(),
  /** How the board is shown, and the views of it that are kept under a name. */
  board: boardSettingsSchema,
});
export type Settings = z.infer<typeof settingsSchema>;

/** `registry https://ghcr.io`: of one registry; `concourse https://ci.example.org`: of one Concourse. */
const credentialNameSchema = z.union([
  z.enum(['ledger', 'github']),
  z.templateLiteral(['registry ', z.string().max(300)]),
  z.templateLiteral(['concourse ', z.string().max(300)]),
]);
/** What is told of the credentials: never a secret. */
const credentialsSchema = z.object({
  /** Why this system cannot keep secrets safely, `null` when it can. */
  unavailableBecause: z.string().nullable(),
  credentials: z.array(
    z.object({
      name: credentialNameSchema,
      /** `held`: until Signalbox ends, as nothing can be kept; `not-needed`: the estate brings its own, or needs none. */
      state: z.enum(['kept', 'held', 'missing', 'not-needed']),
      account: z.string().nullable(),
    }),
  ),
});
export type Credential = z.infer<typeof credentialsSchema>['credentials'][number];

/** The window's own matters, which are answered whether an estate is open or not. */
export const windowProcedures = {
  'settings.get': query(nothing, settingsSchema, { changedBy: ['settings'] }),
  'settings.set': action(settingsSchema.partial(), settingsSchema),
  /** Signs a commit that nobody keeps, as the person's own Git signs. `key`: as their Git settings name it; `null`: they name none. */
  'settings.test-signing': action(
    nothing,
    z.object({ format: z.enum(['openpgp', 'ssh', 'x509']), key: z.string().max(1000).nullable() }),
  ),
  /** Asks the person, then forgets everything on this computer and starts again. */
  'session.sign-out': action(nothing, z.object({ done: z.boolean() })),
  /** Only `https:` links; main opens them in the system's browser. */
  'shell.open-external': action(z.object({ url: z.url({ protocol: /^https$/ }) }), nothing),
} as const;

/** What the window shows, and its credentials. */
export const sessionProcedures = {
  'session.get': query(nothing, sessionSchema, { changedBy: ['session', 'settings'] }),
  'credentials.get': query(nothing, credentialsSchema, {
    changedBy: ['github-sign-in', 'concourse-sign-in'],
  }),
  /** Keeps a secret in the system's keychain, or with `null` forgets it. It never comes back over this border. */
  'credentials.set': action(
    z.object({
      name: credentialNameSchema,
      account: z.string().trim().max(200).nullable(),
      secret: z.string().trim().min(1).max(10_000).nullable(),
    }),
    credentialsSchema,
  ),
  /** Uses the credential once and says what came of it: account, scopes and expiry where the other side tells. */
  'credentials.test': action(z.object({ name: credentialNameSchema }), connectionReportSchema),
} as const;
