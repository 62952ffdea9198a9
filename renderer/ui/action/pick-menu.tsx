import { Combobox, useCombobox } from '@mantine/core';
import { IconCheck, IconChevronDown } from '@tabler/icons-react';
import { useState } from 'react';
import { count } from '../../../shared/domain/text/count';
import classes from './pick-menu.module.css';

export interface Choice {
  value: string;
  label: string;
}

interface PickMenuProps {
  label: string;
  choices: readonly Choice[];
  picked: readonly string[];
  onPick: (picked: string[]) => void;
  /** One value at a time; picking it again takes it away. */
  single?: boolean;
}

/** Rows that a list shows at once; more are found by typing. */
const shown = 80;

/** A filter that holds several values of one kind: a chip that says them, and a list to search in. */
export function PickMenu({ label, choices, picked, onPick, single }: PickMenuProps) {
  const [search, setSearch] = useState('');
  const menu = useCombobox({
    onDropdownClose: () => {
      menu.resetSelectedOption();
      setSearch('');
    },
    onDropdownOpen: () => menu.focusSearchInput(),
  });
  const wanted = search.trim().toLowerCase();
  const fitting = choices.filter((choice) => choice.label.toLowerCase().includes(wanted));
  // What begins so comes first; without a word what is picked does, so that it can be taken away again.
  const first = ({ value, label: text }: Choice): boolean =>
    wanted ? text.toLowerCase().startsWith(wanted) : picked.includes(value);
  const sorted = fitting.toSorted((a, b) => Number(first(b)) - Number(first(a)));
  const toggle = (value: string) => {
    const without = picked.filter((one) => one !== value);
    const added = single ? [value] : [...picked, value];
    onPick(without.length === picked.length ? added : without);
    if (!single) return;
    menu.closeDropdown();
    menu.focusTarget();
  };
  return (
    <Combobox store={menu} width={264} position="bottom-start" onOptionSubmit={toggle}>
      <Combobox.Target withAriaAttributes={false}>
        <button
          type="button"
          className={classes.chip}
          data-some={picked.length > 0 || undefined}
          aria-haspopup="listbox"
          aria-expanded={menu.dropdownOpened}
          onClick={() => menu.toggleDropdown()}
        >
          <span className={classes.text}>{chipText(label, choices, picked)}</span>
          <IconChevronDown size={13} aria-hidden />
        </button>
      </Combobox.Target>
      <Combobox.Dropdown>
        <Combobox.Search
          value={search}
          aria-label={`Search ${label.toLowerCase()}`}
          placeholder="Type to search"
          onChange={(event) => {
            setSearch(event.currentTarget.value);
            menu.updateSelectedOptionIndex();
          }}
          // By a click elsewhere the focus is already where it should be.
          onKeyDown={(event) => {
            if (event.key === 'Escape') menu.focusTarget();
          }}
        />
        <Combobox.Options mah={280} className={classes.options} aria-label={label}>
          {sorted.slice(0, shown).map((choice) => (
            <Combobox.Option
              key={choice.value}
              value={choice.value}
              active={picked.includes(choice.value)}
              className={classes.option}
            >
              <IconCheck
                size={14}
                aria-hidden
                style={{ visibility: picked.includes(choice.value) ? 'visible' : 'hidden' }}
              />
              {choice.label}
              {picked.includes(choice.value) && <span className="visually-hidden">, selected</span>}
            </Combobox.Option>
          ))}
          {sorted.length === 0 && <Combobox.Empty>No matches</Combobox.Empty>}
        </Combobox.Options>
        {(sorted.length > shown || picked.length > 0) && (
          <div className={classes.foot}>
            {sorted.length > shown && <span>{count(sorted.length - shown, 'more')}: type to search</span>}
            {picked.length > 0 && (
              <button type="button" className={classes.clear} onClick={() => onPick([])}>
                Clear
              </button>
            )}
          </div>
        )}
      </Combobox.Dropdown>
    </Combobox>
  );
}

/** `App`, `App: router`, `App: router +2`. */
function chipText(label: string, choices: readonly Choice[], picked: readonly string[]): string {
  const [first] = picked;
  if (first === undefined) return label;
  const word = choices.find(({ value }) => value === first)?.label ?? first;
  return `${label}: ${word}${picked.length > 1 ? ` +${picked.length - 1}` : ''}`;
}
