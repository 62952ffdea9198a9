import { linkOptions } from '@tanstack/react-router';
import type { AttentionItem } from '../../../shared/domain/attention/attention-items';

/** Where something that needs attention is seen. */
export function linkTo(place: AttentionItem['place']) {
  switch (place.at) {
    case 'cell': {
      const { app, environment } = place.cell;
      return linkOptions({ to: '/apps/$app', params: { app }, search: { environment, look: 'rollout' } });
    }
    case 'pipeline':
      return linkOptions({ to: '/pipelines/$pipeline', params: { pipeline: place.pipeline } });
    case 'cluster':
      return linkOptions({ to: '/clusters', search: { environment: place.environment } });
    case 'freezes':
      return linkOptions({ to: '/freezes' });
    case 'announcements':
    case 'repo':
      return linkOptions({ to: '/settings' });
  }
}
