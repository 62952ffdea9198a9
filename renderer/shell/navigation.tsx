import {
  type Icon,
  IconAdjustmentsHorizontal,
  IconFlask2,
  IconHistory,
  IconLayoutGrid,
  IconPackages,
  IconProgressBolt,
  IconServer2,
  IconSitemap,
  IconSnowflake,
} from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { useBagPipelines } from '../data/bags-queries';
import { useSession } from '../data/queries';
import classes from './navigation.module.css';

interface NavigationItem {
  to: '/' | '/history' | '/operations' | '/workflows' | '/clusters' | '/freezes' | '/practice' | '/settings';
  label: string;
  icon: Icon;
}

const items: NavigationItem[] = [
  { to: '/', label: 'Board', icon: IconLayoutGrid },
  { to: '/history', label: 'History', icon: IconHistory },
  { to: '/operations', label: 'Operations', icon: IconProgressBolt },
  { to: '/workflows', label: 'Workflows', icon: IconSitemap },
  { to: '/clusters', label: 'Clusters', icon: IconServer2 },
  { to: '/freezes', label: 'Freezes', icon: IconSnowflake },
];
const practice: NavigationItem = { to: '/practice', label: 'Practice', icon: IconFlask2 };
const settings: NavigationItem = { to: '/settings', label: 'Settings', icon: IconAdjustmentsHorizontal };

function Item({ item }: { item: NavigationItem }) {
  const Shape = item.icon;
  return (
    <li>
      <Link
        to={item.to}
        className={classes.item}
        activeProps={{ 'aria-current': 'page' }}
        activeOptions={{ exact: item.to === '/', includeSearch: false }}
      >
        <Shape size={20} stroke={1.7} aria-hidden />
        <span>{item.label}</span>
      </Link>
    </li>
  );
}

/** The screens, at the left edge. Practice is there only on the practice estate. */
export function Navigation() {
  const mode = useSession().data?.mode;
  const pipelines = useBagPipelines().data ?? [];
  return (
    <nav className={classes.nav} aria-label="Screens">
      <ul>
        {items.map((item) => (
          <Item key={item.to} item={item} />
        ))}
        {pipelines.map((pipeline) => (
          <li key={pipeline}>
            <Link
              to="/pipelines/$pipeline"
              params={{ pipeline }}
              className={classes.item}
              title={`Bags of ${pipeline}`}
              activeProps={{ 'aria-current': 'page' }}
              activeOptions={{ includeSearch: false }}
            >
              <IconPackages size={20} stroke={1.7} aria-hidden />
              <span className={classes.name}>{pipelines.length === 1 ? 'Bags' : pipeline}</span>
            </Link>
          </li>
        ))}
        {mode === 'practice' && <Item item={practice} />}
      </ul>
      <ul>
        <Item item={settings} />
      </ul>
    </nav>
  );
}
