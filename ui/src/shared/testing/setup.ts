/** What jsdom lacks and the component kit asks for. */
import { cleanup } from '@testing-library/react'
import { afterEach, vi } from 'vitest'

class NoResizeObserver {
  observe(): void {}
  unobserve(): void {}
  disconnect(): void {}
}

if (typeof window !== 'undefined') {
  vi.stubGlobal('ResizeObserver', NoResizeObserver)
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

afterEach(cleanup)
