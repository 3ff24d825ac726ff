/**
 * The groups of the properties panel take their texts from the translate service only when it is handed to them, which
 * the panel's own providers do not do ("Toggle section" stays English, bpmn-js-properties-panel 5).
 */
type Translate = (template: string, replacements?: Record<string, string>) => string
type Group = Record<string, unknown>

interface Panel {
  registerProvider: (priority: number, provider: { getGroups: () => (groups: Group[]) => Group[] }) => void
}

/** After all other providers. */
const LAST = 1

function translateGroups(panel: Panel, translate: Translate): void {
  panel.registerProvider(LAST, { getGroups: () => (groups) => groups.map((group) => ({ ...group, translate })) })
}
translateGroups.$inject = ['propertiesPanel', 'translate']

export const TranslatedGroupsModule = {
  __init__: ['translatedGroups'],
  translatedGroups: ['type', translateGroups],
}
