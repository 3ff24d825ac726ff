// The parts of packages without types that the editors use.
declare module 'dmn-js/lib/Modeler' {
  export default class Modeler {
    constructor(options: Record<string, unknown>)
    importXML(xml: string): Promise<{ warnings: unknown[] }>
    saveXML(options: { format: boolean }): Promise<{ xml: string }>
    getViews(): unknown[]
    getActiveViewer(): unknown
    getActiveView(): unknown
    getDefinitions(): unknown
    readonly _moddle: unknown
    open(view: unknown): Promise<unknown>
    on<Event>(event: string, heard: (event: Event) => void): void
    destroy(): void
  }
}

declare module 'bpmn-js-properties-panel' {
  export const BpmnPropertiesPanelModule: Record<string, unknown>
  export const BpmnPropertiesProviderModule: Record<string, unknown>
  export const ZeebePropertiesProviderModule: Record<string, unknown>
}

declare module 'camunda-bpmn-js-behaviors/lib/camunda-cloud' {
  const behaviors: Record<string, unknown>
  export default behaviors
}

declare module 'dmn-moddle' {
  export class DmnModdle {
    create(type: string, properties: Record<string, unknown>): unknown
    constructor(extensions: Record<string, unknown>)
  }
}
