import { SegmentedControl, Select, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { useEffect, useState } from 'react';
import type { OutputOf } from '../../../shared/contract/contract';
import { FreshnessMark } from '../../ui/time/freshness-mark';
import type { WorkflowsSearch } from './search';
import classes from './workflows-screen.module.css';

interface FilterProps {
  search: WorkflowsSearch;
  apps: readonly string[];
  environments: readonly string[];
  sources: OutputOf<'workflow.recent'>['sources'];
  onSearch: (change: Partial<WorkflowsSearch>) => void;
}

const every = 'every';
const templates = ['post-sync', 'deploy-image', 'update-image-tag'];

/** What is shown, kept in the address. */
export function Filter({ search, apps, environments, sources, onSearch }: FilterProps) {
  const away = sources.filter(({ freshness }) => freshness.state !== 'live');
  return (
    <div className={classes.filter}>
      <Select
        aria-label="App"
        placeholder="All apps"
        data={[...apps]}
        value={search.app ?? null}
        onChange={(app) => onSearch({ app: app ?? undefined })}
        searchable
        clearable
        clearButtonProps={{ 'aria-label': 'All apps' }}
      />
      <Select
        aria-label="Environment"
        placeholder="All environments"
        data={[...environments]}
        value={search.environment ?? null}
        onChange={(environment) => onSearch({ environment: environment ?? undefined })}
        clearable
        clearButtonProps={{ 'aria-label': 'All environments' }}
      />
      <Version value={search.version ?? ''} onChange={(version) => onSearch({ version })} />
      <Select
        aria-label="Template"
        placeholder="All templates"
        data={templates}
        value={search.template ?? null}
        onChange={(template) => onSearch({ template: template ?? undefined })}
        clearable
        clearButtonProps={{ 'aria-label': 'All templates' }}
      />
      <SegmentedControl
        className={classes.states ?? ''}
        aria-label="State"
        value={search.state ?? every}
        onChange={(state) => onSearch({ state: state === every ? undefined : (state as 'open') })}
        data={[
          { value: every, label: 'All' },
          { value: 'open', label: 'Running' },
          { value: 'failed', label: 'Failed' },
          { value: 'succeeded', label: 'Succeeded' },
        ]}
      />
      {away.length > 0 && (
        <p className={classes.away}>
          {away.map(({ environment, freshness }) => (
            <FreshnessMark key={environment} name={environment} value={freshness} />
          ))}
        </p>
      )}
    </div>
  );
}

function Version({ value, onChange }: { value: string; onChange: (version: string | undefined) => void }) {
  const [text, setText] = useState(value);
  useEffect(() => setText(value), [value]);
  const tell = useDebouncedCallback((next: string) => onChange(next.trim() || undefined), 250);
  return (
    <TextInput
      aria-label="Version"
      placeholder="All versions"
      value={text}
      onChange={(event) => {
        setText(event.currentTarget.value);
        tell(event.currentTarget.value);
      }}
    />
  );
}
