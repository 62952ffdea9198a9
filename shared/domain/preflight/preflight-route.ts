import type { AppIntent } from '../operation/intent';
import { declarationOf } from '../operation/intent';
import { type Finding, finding } from './finding';
import type { OutsideFacts } from './preflight-facts';

/** Whether the person can make the change at all, and what the route that is taken leaves for later. */
export function routeFindings(intent: AppIntent, { route, readOnlyBecause }: OutsideFacts): Finding[] {
  // What commits nothing takes no route; a console that only reads says so once.
  if (declarationOf(intent).lands.length === 0 || readOnlyBecause !== null) return [];
  if (route.taken === null) {
    const closed = route.routes.flatMap(({ access }) =>
      access.state === 'closed'
        ? [access.remedy ? `${access.because} ${access.remedy}` : access.because]
        : [],
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
