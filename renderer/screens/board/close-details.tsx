import { CloseButton } from '@mantine/core';
import { useUiState } from '../../ui/layout/ui-state';
import classes from './inspector.module.css';

/** Back to the overview: nothing is selected any more. */
export function CloseDetails() {
  return (
    <CloseButton
      size={24}
      className={classes.close ?? ''}
      aria-label="Close details"
      title="Back to the overview"
      onClick={() => useUiState.setState({ selected: null })}
    />
  );
}
