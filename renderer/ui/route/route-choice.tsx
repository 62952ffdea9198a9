import { Radio, Stack } from '@mantine/core';
import type { RouteKind, RoutePlan } from '../../../shared/domain/route/route';
import classes from './route-choice.module.css';

const names: Record<RouteKind, string> = {
  push: 'Push',
  'merge-branch': 'Merged branch',
  workflow: 'Argo Workflows',
  actions: 'GitHub Actions',
  'pull-request': 'Pull request',
};

/**
 * How the change would land, and the other ways: what each means, and of those that are closed why, and who can open
 * them. Nothing where the estate lists one way and it is open: then there is nothing to know.
 */
export function RouteChoice(props: { plan: RoutePlan; onChoose: (kind: RouteKind) => void; label: string }) {
  const { plan, onChoose, label } = props;
  const fitting = plan.routes.filter(({ carries }) => carries);
  const [only] = fitting;
  if (fitting.length === 0 || (fitting.length === 1 && only?.access.state !== 'closed'))
    return <Rest plan={plan} />;
  return (
    <Stack gap={8}>
      <Radio.Group
        label={label}
        // `aria-label` would name the frame around the group, which has no role.
        labelProps={{ className: 'visually-hidden' }}
        value={plan.taken ?? ''}
        onChange={(value) => {
          const chosen = fitting.find(({ kind }) => kind === value);
          if (chosen) onChoose(chosen.kind);
        }}
      >
        <Stack gap={10}>
          {fitting.map(({ kind, access, text }) => (
            <Radio
              key={kind}
              size="xs"
              classNames={{ label: classes.name ?? '' }}
              value={kind}
              disabled={access.state === 'closed'}
              label={names[kind]}
              description={
                <span className={classes.text} data-state={access.state}>
                  {access.state === 'closed'
                    ? `${access.because}${access.remedy ? ` ${access.remedy}` : ''}`
                    : `${text}${access.state === 'unknown' ? ` ${access.because}` : ''}`}
                </span>
              }
            />
          ))}
        </Stack>
      </Radio.Group>
      <Rest plan={plan} />
    </Stack>
  );
}

const Rest = ({ plan }: { plan: RoutePlan }) => plan.rest && <p className={classes.rest}>{plan.rest.text}</p>;
