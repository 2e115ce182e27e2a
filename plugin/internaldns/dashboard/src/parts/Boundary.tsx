import { Button } from "@cloudflare/kumo";
import { Component, type ReactNode } from "react";

import { Page } from "./Page";
import { Nothing } from "./States";

/** Boundary keeps a defect of the page at some path from taking the others along. */
export class Boundary extends Component<{ path: string; children: ReactNode }, { failed: boolean }> {
  override state = { failed: false };

  static getDerivedStateFromError() {
    return { failed: true };
  }

  override componentDidUpdate(before: { path: string }) {
    if (before.path !== this.props.path && this.state.failed) this.setState({ failed: false });
  }

  override render() {
    if (!this.state.failed) return this.props.children;
    return (
      <Page title="This page went wrong">
        <Nothing
          title="A defect of the dashboard"
          actions={
            <Button variant="primary" onClick={() => location.reload()}>
              Load it again
            </Button>
          }
        >
          Nothing was changed by it. The other pages work; what happened stands in the browser's console.
        </Nothing>
      </Page>
    );
  }
}
