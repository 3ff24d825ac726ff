/**
 * What stands below the decision that is open in the editor: one tab each for what can be done with it.
 *
 * A tab is one entry of `TABS`; the component gets the text of the whole file as it is now, the open view, and the
 * editor for marking rules and replacing the text.
 */
import { Tabs } from '@mantine/core'
import { useNavigate, useSearch } from '@tanstack/react-router'
import type { ComponentType } from 'react'
import { useTranslation } from 'react-i18next'

import type { DecisionEditor, DecisionView } from '../editor/decisionModeler'
import { PANEL_TABS, type PanelTab } from '../routes'
import { CheckTab } from './CheckTab'
import classes from './DecisionPanel.module.css'
import { TestsTab } from './TestsTab'

export interface PanelTabProps {
  editor: DecisionEditor
  /** The DMN text with all edits so far. */
  xml: string
  /** What is open: a decision, a business knowledge model, or the requirements diagram (`drd`). */
  view: DecisionView
}

const TABS: Record<PanelTab, ComponentType<PanelTabProps>> = { tests: TestsTab, check: CheckTab }

export function DecisionPanel({ editor, xml, view }: Omit<PanelTabProps, 'view'> & { view: DecisionView | null }) {
  const { t } = useTranslation('processes')
  const { panel = 'tests' } = useSearch({ from: '/shell/processes/drafts/$draftId' })
  const navigate = useNavigate({ from: '/processes/drafts/$draftId' })

  function show(tab: string | null): void {
    const next = PANEL_TABS.find((one) => one === tab)
    void navigate({ search: (before) => ({ ...before, panel: next }), replace: true })
  }

  if (view === null) return null
  return (
    <Tabs className={classes.panel} value={panel} onChange={show} keepMounted={false}>
      <Tabs.List>
        {PANEL_TABS.map((tab) => (
          <Tabs.Tab key={tab} value={tab}>
            {t(`panel.${tab}`)}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      {PANEL_TABS.map((tab) => {
        const Content = TABS[tab]
        return (
          <Tabs.Panel key={tab} value={tab} className={classes.content}>
            <Content editor={editor} xml={xml} view={view} />
          </Tabs.Panel>
        )
      })}
    </Tabs>
  )
}
