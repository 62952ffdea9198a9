import { CloseButton } from '@mantine/core';
import { useUiState } from '../../ui/layout/ui-state';
import { focusStop } from './focus-stop';
import classes from './inspector.module.css';

/** Back to the overview: nothing is selected any more. */
export function CloseDetails() {
  return (
    <CloseButton
      size={24}
      className={classes.close ?? ''}
      aria-label="Close details"
      title="Back to the overview (Esc)"
      onClick={() => {
        focusStop();
        useUiState.setState({ selected: null });
      }}
    />
  );
}

/** Gives the panel's room to the grid. */
export function ClosePanel() {
  return (
    <CloseButton
      size={24}
      className={classes.close ?? ''}
      aria-label="Close the panel"
      title="Close the panel (Esc)"
      onClick={() => {
        focusStop();
        useUiState.setState({ panelOpen: false });
      }}
    />
  );
}
