// The part of dmn-js without types that shows decisions.
declare module 'dmn-js/lib/Viewer' {
  export default class Viewer {
    constructor(options: Record<string, unknown>)
    importXML(xml: string, options?: { open: boolean }): Promise<{ warnings: unknown[] }>
    getViews(): unknown[]
    open(view: unknown): Promise<unknown>
    on<Event>(event: string, heard: (event: Event) => void): void
    destroy(): void
  }
}
