/** What jsdom lacks and the component kit asks for. */
import { cleanup, configure } from '@testing-library/react'
import { afterEach } from 'vitest'

class NoResizeObserver {
  observe(): void {}
  unobserve(): void {}
  disconnect(): void {}
}

if (typeof window !== 'undefined') {
  // Not by stubGlobal: a test that takes its own stubs back must not take these along.
  window.ResizeObserver = NoResizeObserver
  window.scrollTo = () => {}
  window.HTMLElement.prototype.scrollIntoView = () => {}
  window.matchMedia = (query: string) =>
    ({
      matches: false,
      media: query,
      onchange: null,
      addListener: () => {},
      removeListener: () => {},
      addEventListener: () => {},
      removeEventListener: () => {},
      dispatchEvent: () => false,
    }) as MediaQueryList
}

// A busy machine is not a failure: what comes at all may come late.
configure({ asyncUtilTimeout: 10_000 })
afterEach(cleanup)
