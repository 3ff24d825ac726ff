import { createRoute, lazyRouteComponent } from '@tanstack/react-router'

import { rootRoute } from '@/shared/routing/roots'
import { textParam, type RawSearch } from '@/shared/routing/search'

export interface SignInSearch {
  /** Where the person wanted to go. */
  next?: string
  /** One-time token of a sign-in link. */
  token?: string
}

const signIn = createRoute({
  getParentRoute: () => rootRoute,
  path: '/signin',
  validateSearch: (raw: RawSearch): SignInSearch => ({ next: textParam(raw, 'next'), token: textParam(raw, 'token') }),
  component: lazyRouteComponent(() => import('./components/SignInPage'), 'SignInPage'),
})

export const signInRoutes = [signIn] as const
