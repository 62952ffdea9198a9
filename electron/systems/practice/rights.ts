import { z } from 'zod';
import { practiceRights } from '../../../shared/domain/practice/rights';

export const practiceRightsSchema = z.enum(practiceRights);

/** The teams of the practice estate's GitHub organisation, named as GOV.UK's are. */
const practiceTeams = [
  'gov-uk',
  'gov-uk-production-deploy',
  'gov-uk-production-admin',
  'gov-uk-platform-engineering',
  'gov-uk-ci-bots',
] as const;
export const practiceTeamSchema = z.enum(practiceTeams);
export type PracticeTeam = z.infer<typeof practiceTeamSchema>;

/** The rights of the practice estate's people, as they are now: plain data, kept in its state. */
export const rightsStateSchema = z.object({
  profile: practiceRightsSchema,
  /**
   * By what main of the release repo is protected, where it is: GOV.UK's is by classic branch protection, which a
   * reader sees no more of than that it is there; a ruleset is told to every reader.
   */
  protectedBy: z.enum(['branch-protection', 'ruleset']),
  /** Logins of the active members, by team. */
  teams: z.record(practiceTeamSchema, z.array(z.string())),
  /** Scopes of the console's token ("Scopes for OAuth apps"). */
  scopes: z.array(z.string()),
  /** GitHub environments of the apps' repos whose jobs wait until somebody of the team that deploys approves them. */
  approvals: z.array(z.string()).default([]),
});
export type RightsState = z.infer<typeof rightsStateSchema>;
