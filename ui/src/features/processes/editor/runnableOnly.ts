/** Leaves out of the properties panel what this engine does not run: it would be refused at deployment. */
interface Group {
  id: string
}

interface Panel {
  registerProvider: (priority: number, provider: RunnableOnly) => void
}

const NOT_RUN = ['Zeebe__ExecutionListeners', 'Zeebe__TaskListeners', 'Zeebe__ExtensionProperties', 'multiInstance']
/** Below the other providers', so that their groups are there. */
const LAST = 100

class RunnableOnly {
  static $inject = ['propertiesPanel']

  constructor(panel: Panel) {
    panel.registerProvider(LAST, this)
  }

  getGroups() {
    return (groups: Group[]) => groups.filter(({ id }) => !NOT_RUN.includes(id))
  }
}

export const RunnableOnlyModule = { __init__: ['runnableOnly'], runnableOnly: ['type', RunnableOnly] }
