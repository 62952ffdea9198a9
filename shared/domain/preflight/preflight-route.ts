import type { AppIntent } from '../operation/intent';
import { declarationOf } from '../operation/intent';
import type { RouteAccess } from '../route/route';
import { type Finding, finding } from './finding';
import { goesBack } from './goes-back';
import type { OutsideFacts } from './preflight-facts';

const closedText = ({ because, remedy }: { because: string; remedy: string | null }): string =>
  remedy ? `${because} ${remedy}` : because;

/**
 * Whether a commit of the person's own reaches the branch of the image tags, for what no bot and no review carries: locks,
 * bags, and records where they do not lie apart.
 * @param changes what of that branch it changes.
 */
export function ownCommitFindings(own: RouteAccess, changes: 'records' | 'image-tags' | 'flags'): Finding[] {
  if (own.state !== 'closed') return [];
  const why =
    changes === 'records'
      ? 'The estate file can have records lie apart from the image tags: `ledger.records`.'
      : changes === 'flags'
        ? 'A freeze that stops automatic deploys needs a direct commit or a pull request, and no pull request is open to you here: the estate file can list the route `pull-request`.'
        : 'A bag’s image tags need a direct commit; they can’t go through a bot or a pull request.';
  const said = `${closedText(own)} ${why}`;
  return [{ ...finding('route-closed', 'block', said, 'Your rights, as checked.'), overridable: false }];
}

/**
 * Whether the person is in the team that an environment is for. A closed route says it already where it is what closes;
 * where another way is open, the team is still asked for.
 */
export function teamFindings({ environment, kind }: AppIntent, outside: OutsideFacts): Finding[] {
  const { team, route, production } = outside;
  if (!team || team.membership === 'not-asked' || route.taken === null) return [];
  const { name, membership } = team;
  if ('failure' in membership)
    return [
      finding('team', 'info', `Can’t tell whether you are in the GitHub team ${name}.`, membership.failure),
    ];
  if (membership.answer === 'active')
    return [finding('team', 'pass', `You are in the GitHub team ${name}.`, `${environment} needs it.`)];
  const isPending = membership.answer === 'pending';
  return [
    finding(
      'team',
      production && !goesBack({ kind }) ? 'warn' : 'info',
      isPending
        ? `Your invitation to the GitHub team ${name} is not accepted yet.`
        : `You are not in the GitHub team ${name}, which ${environment} is for.`,
      isPending
        ? 'Accept the invitation on GitHub.'
        : `A maintainer of ${name} can add you, or deploy for you.`,
    ),
  ];
}

/** Whether the person can make the change at all, and what the route that is taken leaves for later. */
export function routeFindings(intent: AppIntent, { route, readOnlyBecause }: OutsideFacts): Finding[] {
  // What commits nothing takes no route; a console that only reads says so once.
  if (declarationOf(intent).lands.length === 0 || readOnlyBecause !== null) return [];
  if (route.taken === null) {
    const closed = route.routes.flatMap(({ access }) =>
      access.state === 'closed' ? [closedText(access)] : [],
    );
    const only = closed.length === 1 ? closed[0] : undefined;
    return [
      {
        ...finding(
          'route-closed',
          'block',
          only ?? 'Every way to make this change is closed to you here.',
          closed.join(' ') || 'The estate file lists no route that can carry it.',
        ),
        overridable: false,
      },
    ];
  }
  return route.rest === null ? [] : [finding('hold', 'info', route.rest.text, 'Your rights, as checked.')];
}
