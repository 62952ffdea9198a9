import { type ControllerContext, recordEvent } from './context';
import type { ContainerState, Pod } from './objects';

/** Whether an image can be had: a registry of the top-level domain `invalid` (RFC 2606) is nowhere. */
export const canBePulled = (image: string): boolean => !/^[^/]+\.invalid(:\d+)?\//.test(image);

/**
 * The kubelet's vain tries to pull the image of a pod's container, further and further apart, until the pod goes.
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
  const why = `failed to pull and unpack image "${image}": failed to resolve reference "${image}": failed to do request: dial tcp: lookup ${host}: no such host`;
  const event = (type: 'Normal' | 'Warning', reason: string, message: string) =>
    recordEvent(context, 'kubelet', pod, type, reason, message);
  for (let delay = 10; !life.aborted; delay = Math.min(2 * delay, 300)) {
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
