import { ActionIcon, Popover } from '@mantine/core';
import { IconHelpCircle } from '@tabler/icons-react';
import classes from './figures-screen.module.css';

export const definitions = {
  deployments: {
    title: 'Deployments',
    text: 'Changes of the version in the last environment of the pipeline, returns to earlier versions included, by the time of the commit on the branch. Days are those of this computer’s time zone, as in the feed; weeks begin on Monday.',
  },
  leadTime: {
    title: 'Lead time',
    text: 'From the first deployment of a version in the first environment to its first deployment in the last one. Of the versions that reached the last environment in the period: the median, and the 90th percentile, which nine of ten stay under.',
  },
  rolledBack: {
    title: 'Share rolled back',
    text: 'Of the deployments in the last environment: those that were replaced by a rollback.',
  },
  restore: {
    title: 'Time to restore',
    text: 'How long a deployment that was rolled back had stood in the last environment until the rollback: the median, and the 90th percentile.',
  },
} as const;
export type FigureName = keyof typeof definitions;

/** What a figure means, one click away. */
export function Definition({ of }: { of: FigureName }) {
  const { title, text } = definitions[of];
  return (
    <Popover width={300} position="bottom-start" returnFocus trapFocus>
      <Popover.Target>
        <ActionIcon size={24} aria-label={`What ${title.toLowerCase()} means`}>
          <IconHelpCircle size={15} aria-hidden />
        </ActionIcon>
      </Popover.Target>
      <Popover.Dropdown aria-label={`What ${title.toLowerCase()} means`}>
        <p className={classes.definition}>{text}</p>
      </Popover.Dropdown>
    </Popover>
  );
}
