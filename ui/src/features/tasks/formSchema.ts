/** What the inbox needs to know of a form's schema: whether it asks for anything, and for which variables. */
import { fieldsOf, isJsonSchema } from '@/shared/forms/jsonSchema'

interface Component {
  key?: unknown
  path?: unknown
  components?: unknown
}

function componentsOf(node: unknown): Component[] {
  if (typeof node !== 'object' || node === null || !('components' in node)) return []
  const { components } = node as Component
  return Array.isArray(components) ? components.filter((each): each is Component => typeof each === 'object' && each !== null) : []
}

/** Tells whether the form shows anything at all; an empty one is a task that only waits to be ticked off. */
export function hasComponents(schema: object): boolean {
  return isJsonSchema(schema) ? fieldsOf(schema).length > 0 : componentsOf(schema).length > 0
}

/** The variables that the form shows or asks for, by their top names ("address.street" is part of `address`). */
export function shownVariables(schema: object): Set<string> {
  if (isJsonSchema(schema)) return new Set(fieldsOf(schema).map(({ path: [name = ''] }) => name))
  const names = new Set<string>()
  for (const component of componentsOf(schema)) {
    for (const name of [component.key, component.path])
      if (typeof name === 'string' && name !== '') names.add(name.split('.')[0] ?? name)
    for (const name of shownVariables(component)) names.add(name)
  }
  return names
}

/** The variables of *variables* that the form leaves out: the case's other facts. */
export function otherVariables(variables: Record<string, unknown>, schema: object): Record<string, unknown> {
  const shown = shownVariables(schema)
  return Object.fromEntries(Object.entries(variables).filter(([name]) => !shown.has(name)))
}

/** The variables of *variables* that the form asks for: all that a draft may keep, the rest may change meanwhile. */
export function ownVariables(variables: Record<string, unknown>, schema: object): Record<string, unknown> {
  const shown = shownVariables(schema)
  return Object.fromEntries(Object.entries(variables).filter(([name]) => shown.has(name)))
}
