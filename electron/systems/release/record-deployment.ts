import type { ReleaseRecord } from '../../../shared/domain/announcement/addressees';
import type { DeliveryOutcome } from '../deliveries/outcome';
import { postJson } from '../deliveries/post-json';

/**
 * Records a deployment in GOV.UK's Release app (alphagov/release, deployments_controller.rb: `POST /deployments` with
 * `repo` and `deployment`, a bearer token of Signon), as the `notify-release` workflow does. It records every request: it
 * knows none as a repetition.
 */
export const recordDeployment = (
  { repo, environment, version }: ReleaseRecord,
  place: { url: string; token: string },
  fetchIt: typeof fetch,
  now: () => number,
): Promise<DeliveryOutcome> =>
  postJson(
    {
      url: `${place.url.replace(/\/+$/, '')}/deployments`,
      headers: { authorization: `Bearer ${place.token}`, accept: 'application/json' },
      body: JSON.stringify({ repo, deployment: { environment, version } }),
    },
    fetchIt,
    now,
  );
