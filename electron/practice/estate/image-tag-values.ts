import { parseDocument } from 'yaml';
import type { ImageTagValues } from '../ports';

/** An image-tag file as GOV.UK's are written. */
export function formatImageTagFile(values: ImageTagValues): string {
  return `image_tag: ${values.imageTag}\nautomatic_deploys_enabled: ${values.automaticDeploysEnabled}\npromote_deployment: ${values.promoteDeployment}\n`;
}

/**
 * Values of an image-tag file; both switches are on where the file is silent, as in the chart's defaults.
 * @returns `null` for text that does not parse or holds no tag
 */
export function parseImageTagFile(text: string): ImageTagValues | null {
  const document = parseDocument(text, { schema: 'failsafe' });
  if (document.errors.length > 0) return null;
  const values: unknown = document.toJS();
  if (typeof values !== 'object' || values === null || Array.isArray(values)) return null;
  const fields = values as Record<string, unknown>;
  const imageTag = fields.image_tag;
  if (typeof imageTag !== 'string' || imageTag === '') return null;
  return {
    imageTag,
    automaticDeploysEnabled: fields.automatic_deploys_enabled !== 'false',
    promoteDeployment: fields.promote_deployment !== 'false',
  };
}

/**
 * What update-image-tag writes: the tag and `promote_deployment` are replaced line by line, everything else
 * (comments, order, other keys) stays.
 */
export function withImageTag(text: string, imageTag: string, promote: boolean): string {
  return withLine(withLine(text, 'image_tag', imageTag), 'promote_deployment', String(promote));
}

/** Sets `automatic_deploys_enabled` alone. */
export function withAutomaticDeploys(text: string, enabled: boolean): string {
  return withLine(text, 'automatic_deploys_enabled', String(enabled));
}

function withLine(text: string, key: string, value: string): string {
  const pattern = new RegExp(`^${key}:.*$`, 'm');
  const line = `${key}: ${value}`;
  if (pattern.test(text)) return text.replace(pattern, line);
  return `${text}${text === '' || text.endsWith('\n') ? '' : '\n'}${line}\n`;
}
