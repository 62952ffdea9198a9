import { Button } from '@mantine/core';
import { Component, type ErrorInfo, type ReactNode } from 'react';
import classes from './error-boundary.module.css';

interface Props {
  /** What is lost while the fault stands, as the begin of a sentence. */
  place: string;
  children: ReactNode;
}

/** Catches a fault of the renderer: operations go on in the main process, so the page offers to load again. */
export class ErrorBoundary extends Component<Props, { error: Error | null }> {
  override state = { error: null as Error | null };

  static getDerivedStateFromError(error: Error) {
    return { error };
  }

  override componentDidCatch(error: Error, info: ErrorInfo): void {
    console.error(error, info.componentStack);
  }

  override render(): ReactNode {
    if (!this.state.error) return this.props.children;
    return <FaultPage place={this.props.place} error={this.state.error} />;
  }
}

/** What the boundary shows instead of what broke. */
export function FaultPage({ place, error }: { place: string; error: Error }) {
  return (
    <main className={classes.page} role="alert">
      <h1>{place} hit an unexpected error</h1>
      <p>Running operations continue: they do not depend on this window. Nothing was lost.</p>
      <p>
        <Button size="sm" onClick={() => window.location.reload()}>
          Reload
        </Button>
      </p>
      <details>
        <summary>Technical details</summary>
        <pre>{error.stack ?? error.message}</pre>
      </details>
    </main>
  );
}
