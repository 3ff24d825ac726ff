/** The model behind dmn-js, as far as more than one page looks into it. */

/** An element of dmn-moddle: properties by name, those of lists too. */
export interface Moddle {
  $type: string
  $parent?: Moddle
  id?: string
  name?: string
  [property: string]: unknown
}

export type Create = (type: string, properties: Record<string, unknown>) => Moddle

/** The elements of a property that holds many. */
export function listOf(element: Moddle | undefined, property: string): Moddle[] {
  const value = element?.[property]
  return Array.isArray(value) ? (value as Moddle[]) : []
}

/** dmn-js shows a rule's description in its Annotations column; a file of others may have annotation entries only. */
export function showAnnotations(definitions: Moddle): void {
  for (const rule of rulesOf(definitions)) {
    const text = listOf(rule, 'annotationEntry')[0]?.text
    if (rule.description === undefined && typeof text === 'string' && text !== '') rule.description = text
  }
}

/** The description as edited is also the first annotation, where the table has any. */
export function keepAnnotations(definitions: Moddle): void {
  for (const rule of rulesOf(definitions)) {
    const [first] = listOf(rule, 'annotationEntry')
    if (first !== undefined && typeof rule.description === 'string') first.text = rule.description
  }
}

function rulesOf(definitions: Moddle): Moddle[] {
  return listOf(definitions, 'drgElement').flatMap((element) => listOf(element.decisionLogic as Moddle | undefined, 'rule'))
}
