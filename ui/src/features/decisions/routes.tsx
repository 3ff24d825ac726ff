import { createRoute, lazyRouteComponent } from '@tanstack/react-router'

import { shellRoute } from '@/shared/routing/roots'
import { numberParam, textParam, type RawSearch } from '@/shared/routing/search'

const decisions = createRoute({
  getParentRoute: () => shellRoute,
  path: '/decisions',
  component: lazyRouteComponent(() => import('./components/DecisionsPage'), 'DecisionsPage'),
})

export interface DecisionSearch {
  version?: number
}

const decision = createRoute({
  getParentRoute: () => shellRoute,
  path: '/decisions/$decisionId',
  validateSearch: (raw: RawSearch): DecisionSearch => ({ version: numberParam(raw, 'version') }),
  component: lazyRouteComponent(() => import('./components/DecisionPage'), 'DecisionPage'),
})

export interface FeelSearch {
  expression?: string
}

const feel = createRoute({
  getParentRoute: () => shellRoute,
  path: '/feel',
  validateSearch: (raw: RawSearch): FeelSearch => ({ expression: textParam(raw, 'expression') }),
  component: lazyRouteComponent(() => import('./components/FeelPage'), 'FeelPage'),
})

export const decisionsRoutes = [decisions, decision, feel] as const
