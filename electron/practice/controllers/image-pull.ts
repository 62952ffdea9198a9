import { type ControllerContext, recordEvent } from './controller-context';
import type { ContainerState, Pod } from './kubernetes-shapes';
import { imageVersion } from './render';

/** A registry of the top-level domain `invalid` (RFC 2606) is nowhere. */
const isNowhere = (image: string): boolean => /^[^/]+\.invalid(:\d+)?\//.test(image);

/** Whether an image can be had now: its registry is somewhere, and no scenario took the version out of it. */
export function canBePulled(context: ControllerContext, pod: Pod, image: string): boolean {
  if (isNowhere(image)) return false;
  const app = pod.metadata.labels?.['app.govuk/repository-name'] ?? '';
  return !(context.faults.imageMissing?.(app, imageVersion(image), context.environment) ?? false);
}

/**
 * The kubelet's vain tries to pull the image of a pod's container, further and further apart, until the pod goes or the
 * image can be had.
 * Reasons, messages and events as those of kubelet 1.34 with containerd.
 */
export async function pullInVain(
  context: ControllerContext,
  pod: Pod,
  image: string,
  write: (state: ContainerState) => void,
  life: AbortSignal,
): Promise<void> {
  const host = image.split('/', 1)[0];
  const reason = isNowhere(image)
    ? `failed to do request: dial tcp: lookup ${host}: no such host`
    : `${image}: not found`;
  const why = `failed to pull and unpack image "${image}": failed to resolve reference "${image}": ${reason}`;
  const event = (type: 'Normal' | 'Warning', reason: string, message: string) =>
    recordEvent(context, 'kubelet', pod, type, reason, message);
  for (let delay = 10; !life.aborted && !canBePulled(context, pod, image); delay = Math.min(2 * delay, 300)) {
    event('Normal', 'Pulling', `Pulling image "${image}"`);
    event('Warning', 'Failed', `Failed to pull image "${image}": ${why}`);
    write({ waiting: { reason: 'ErrImagePull', message: why } });
    await context.clock.wait(2, life);
    event('Normal', 'BackOff', `Back-off pulling image "${image}"`);
    write({
      waiting: {
        reason: 'ImagePullBackOff',
        message: `Back-off pulling image "${image}": ErrImagePull: ${why}`,
      },
    });
    await context.clock.wait(delay, life);
  }
}
