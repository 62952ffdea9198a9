import { ActionIcon, Popover } from '@mantine/core';
import { IconHelpCircle } from '@tabler/icons-react';
import classes from './figures-screen.module.css';

export const definitions = {
  deployments: {
    title: 'Deployments',
    text: 'Version changes in the last environment of the pipeline, including returns to earlier versions, by commit time on the branch. Days use this computer’s time zone; weeks start on Monday.',
  },
  leadTime: {
    title: 'Lead time',
    text: 'Time from a version’s first deployment in the first environment to its first deployment in the last one. Median and 90th percentile (p90: nine out of ten are faster), over versions that reached the last environment in the period.',
  },
  rolledBack: {
    title: 'Rollback rate',
    text: 'Share of deployments in the last environment that were replaced by a rollback.',
  },
  restore: {
    title: 'Time to restore',
    text: 'Time a rolled-back deployment ran in the last environment before the rollback. Median and 90th percentile (p90).',
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
