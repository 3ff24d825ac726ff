/** Only what a person changed is sent: others may have changed the rest meanwhile. */
export function changedVariables(before: Record<string, unknown>, after: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(after).filter(([name, value]) => !(name in before) || JSON.stringify(before[name]) !== JSON.stringify(value)),
  )
}
