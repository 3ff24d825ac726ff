import { createRoute, lazyRouteComponent, redirect } from '@tanstack/react-router'

import { rootRoute } from '@/shared/routing/roots'
import { textParam, type RawSearch } from '@/shared/routing/search'

export interface SignInSearch {
  /** Where the person wanted to go. */
  next?: string
}

/** A one-time link is `/sign-in#token=…`: what stands after `#` reaches no server and no log. */
const signIn = createRoute({
  getParentRoute: () => rootRoute,
  path: '/sign-in',
  validateSearch: (raw: RawSearch): SignInSearch => ({ next: textParam(raw, 'next') }),
  component: lazyRouteComponent(() => import('./components/SignInPage'), 'SignInPage'),
})

/** The same address as people type it, with the token as a parameter. */
const signInTyped = createRoute({
  getParentRoute: () => rootRoute,
  path: '/signin',
  validateSearch: (raw: RawSearch): { token?: string } => ({ token: textParam(raw, 'token') }),
  beforeLoad: ({ search }): never => {
    throw redirect({ to: '/sign-in', hash: search.token === undefined ? undefined : `token=${search.token}`, replace: true })
  },
})

export const signInRoutes = [signIn, signInTyped] as const
