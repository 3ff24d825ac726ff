/** Keeps a failure inside the part of the page where it happened. */
import { Component, type ReactNode } from 'react'

import { Problem } from './Problem'

interface Props {
  children: ReactNode
  /** When this changes, the part is tried again. */
  resetKey?: string
}

interface State {
  error: unknown
}

export class ErrorBoundary extends Component<Props, State> {
  override state: State = { error: null }

  static getDerivedStateFromError(error: unknown): State {
    return { error }
  }

  override componentDidUpdate(before: Props): void {
    if (before.resetKey !== this.props.resetKey && this.state.error !== null) this.setState({ error: null })
  }

  override render(): ReactNode {
    if (this.state.error === null) return this.props.children
    return <Problem error={this.state.error} onRetry={() => this.setState({ error: null })} />
  }
}
