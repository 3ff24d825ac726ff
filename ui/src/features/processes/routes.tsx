import { createRoute, lazyRouteComponent } from '@tanstack/react-router'

import { shellRoute } from '@/shared/routing/roots'
import { choiceParam, flagParam, listParam, mappingParam, numberParam, textParam, type RawSearch } from '@/shared/routing/search'

import { stepsParam, type TokenStep } from './modification'

export const LIST_TABS = ['processes', 'drafts'] as const
export type ListTab = (typeof LIST_TABS)[number]

const processes = createRoute({
  getParentRoute: () => shellRoute,
  path: '/processes',
  validateSearch: (raw: RawSearch): { tab?: ListTab } => ({ tab: choiceParam(raw, 'tab', LIST_TABS) }),
  component: lazyRouteComponent(() => import('./components/ProcessesPage'), 'ProcessesPage'),
})

export const PROCESS_TABS = ['watch', 'diagram', 'versions'] as const
export type ProcessTab = (typeof PROCESS_TABS)[number]

export interface ProcessSearch {
  tab?: ProcessTab
  version?: number
  element?: string
  /** The start dialog is open. */
  start?: true
}

const process = createRoute({
  getParentRoute: () => shellRoute,
  path: '/processes/$processId',
  validateSearch: (raw: RawSearch): ProcessSearch => ({
    tab: choiceParam(raw, 'tab', PROCESS_TABS),
    version: numberParam(raw, 'version'),
    element: textParam(raw, 'element'),
    start: flagParam(raw, 'start'),
  }),
  component: lazyRouteComponent(() => import('./components/ProcessPage'), 'ProcessPage'),
})

export interface MigrationSearch {
  from?: number
  to?: number
  /** What a person has chosen other than proposed: elements of the source to elements of the target. */
  mapping?: Record<string, string | null>
  /** Elements of the target whose waits are opened anew. */
  renewed?: string[]
  /** Elements that stay the same are shown too. */
  all?: true
  element?: string
  /** Only this instance. */
  instance?: string
  /** The dry run is shown. */
  dry?: true
  verdict?: 'migrates' | 'waits' | 'cannot' | 'stuck'
}

const migration = createRoute({
  getParentRoute: () => shellRoute,
  path: '/processes/$processId/migration',
  validateSearch: (raw: RawSearch): MigrationSearch => ({
    from: numberParam(raw, 'from'),
    to: numberParam(raw, 'to'),
    mapping: mappingParam(raw, 'mapping'),
    renewed: listParam(raw, 'renewed'),
    all: flagParam(raw, 'all'),
    element: textParam(raw, 'element'),
    instance: textParam(raw, 'instance'),
    dry: flagParam(raw, 'dry'),
    verdict: choiceParam(raw, 'verdict', ['migrates', 'waits', 'cannot', 'stuck']),
  }),
  component: lazyRouteComponent(() => import('./components/MigrationPage'), 'MigrationPage'),
})

export const EDITOR_TABS = ['bpmn', 'dmn'] as const
export type EditorTab = (typeof EDITOR_TABS)[number]

/** What stands below a decision in the editor. */
export const PANEL_TABS = ['tests', 'check'] as const
export type PanelTab = (typeof PANEL_TABS)[number]

/** The findings of the check that are shown; all when there is none. */
export const SEVERITIES = ['error', 'warning', 'information'] as const
export type Severity = (typeof SEVERITIES)[number]

export interface DraftSearch {
  tab?: EditorTab
  panel?: PanelTab
  severity?: Severity
  element?: string
}

const draft = createRoute({
  getParentRoute: () => shellRoute,
  path: '/processes/drafts/$draftId',
  validateSearch: (raw: RawSearch): DraftSearch => ({
    tab: choiceParam(raw, 'tab', EDITOR_TABS),
    panel: choiceParam(raw, 'panel', PANEL_TABS),
    severity: choiceParam(raw, 'severity', SEVERITIES),
    element: textParam(raw, 'element'),
  }),
  component: lazyRouteComponent(() => import('./components/DraftPage'), 'DraftPage'),
})

const sheet = createRoute({
  getParentRoute: () => shellRoute,
  path: '/processes/from-sheet',
  component: lazyRouteComponent(() => import('./components/SheetPage'), 'SheetPage'),
})

export interface InstancesSearch {
  process?: string
  /** Of the versions. */
  tag?: string
  status?: string
  search?: string
  element?: string
  incidents?: true
}

const instances = createRoute({
  getParentRoute: () => shellRoute,
  path: '/instances',
  validateSearch: (raw: RawSearch): InstancesSearch => ({
    process: textParam(raw, 'process'),
    tag: textParam(raw, 'tag'),
    status: textParam(raw, 'status'),
    search: textParam(raw, 'search'),
    element: textParam(raw, 'element'),
    incidents: flagParam(raw, 'incidents'),
  }),
  component: lazyRouteComponent(() => import('./components/InstancesPage'), 'InstancesPage'),
})

export const INSTANCE_TABS = ['timeline', 'variables', 'waits', 'events'] as const
export type InstanceTab = (typeof INSTANCE_TABS)[number]

export interface InstanceSearch {
  tab?: InstanceTab
  element?: string
  /** Tokens are being moved: what has been chosen so far. */
  modify?: TokenStep[]
  /** The dialog to start it again is open. */
  restart?: true
  /** The journal entry right after which the instance is shown; absent: as it is now. */
  at?: number
}

function sequenceParam(raw: RawSearch): number | undefined {
  const at = numberParam(raw, 'at')
  return at !== undefined && Number.isInteger(at) && at >= 1 ? at : undefined
}

const instance = createRoute({
  getParentRoute: () => shellRoute,
  path: '/instances/$instanceKey',
  validateSearch: (raw: RawSearch): InstanceSearch => ({
    tab: choiceParam(raw, 'tab', INSTANCE_TABS),
    element: textParam(raw, 'element'),
    modify: stepsParam(raw, 'modify'),
    restart: flagParam(raw, 'restart'),
    at: sequenceParam(raw),
  }),
  component: lazyRouteComponent(() => import('./components/InstancePage'), 'InstancePage'),
})

export interface IncidentsSearch {
  process?: string
  state?: 'open' | 'resolved'
  /** One by one instead of by their cause. */
  view?: 'list'
}

const incidents = createRoute({
  getParentRoute: () => shellRoute,
  path: '/incidents',
  validateSearch: (raw: RawSearch): IncidentsSearch => ({
    process: textParam(raw, 'process'),
    state: choiceParam(raw, 'state', ['open', 'resolved']),
    view: choiceParam(raw, 'view', ['list']),
  }),
  component: lazyRouteComponent(() => import('./components/IncidentsPage'), 'IncidentsPage'),
})

const batches = createRoute({
  getParentRoute: () => shellRoute,
  path: '/batches',
  validateSearch: (raw: RawSearch): { batch?: string } => ({ batch: textParam(raw, 'batch') }),
  component: lazyRouteComponent(() => import('./components/BatchesPage'), 'BatchesPage'),
})

export const processesRoutes = [processes, draft, sheet, process, migration, instances, instance, incidents, batches] as const
