/** dmn-js for looking only, behind the few calls that this product uses. */
import './dmnStyles'

import Viewer from 'dmn-js/lib/Viewer'

import { translateModule } from '@/shared/editors/translate'

import { showAnnotations, type Moddle } from './moddle'
import { ruleStyles, type RuleMark } from './ruleMarks'

export interface DecisionViewer {
  show: (xml: string, decisionId: string) => Promise<void>
  markRules: (marks: readonly RuleMark[]) => void
  destroy: () => void
}

export function makeDecisionViewer(container: HTMLElement, language: string): DecisionViewer {
  const additionalModules = [translateModule(language)]
  const viewer = new Viewer({
    container,
    drd: { additionalModules },
    decisionTable: { additionalModules },
    literalExpression: { additionalModules },
    boxedExpression: { additionalModules },
  })
  const marks = document.createElement('style')
  container.append(marks)
  viewer.on('import.parse.complete', ({ definitions }: { definitions?: Moddle }) => {
    if (definitions !== undefined) showAnnotations(definitions)
  })
  return {
    async show(xml, decisionId) {
      await viewer.importXML(xml, { open: false })
      const view = (viewer.getViews() as { element: { id: string } }[]).find(({ element }) => element.id === decisionId)
      if (view !== undefined) await viewer.open(view)
      // A table wider than its paper is scrolled by keys too.
      for (const table of container.querySelectorAll('.tjs-table-container')) table.setAttribute('tabindex', '0')
    },
    markRules: (rules) => {
      marks.textContent = ruleStyles(rules)
    },
    destroy: () => viewer.destroy(),
  }
}
