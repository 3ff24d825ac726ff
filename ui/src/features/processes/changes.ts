/** Only what a person changed is sent: others may have changed the rest meanwhile. What was taken out becomes empty. */
export function changedVariables(before: Record<string, unknown>, after: Record<string, unknown>): Record<string, unknown> {
  const changed = Object.entries(after).filter(([name, value]) => !(name in before) || JSON.stringify(before[name]) !== JSON.stringify(value))
  const gone = Object.keys(before).filter((name) => !(name in after) && before[name] !== null)
  return Object.fromEntries([...changed, ...gone.map((name) => [name, null])])
}
