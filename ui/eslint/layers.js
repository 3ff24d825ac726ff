/**
 * Lint rule `layers`: shared <- features <- app, and features never import each other.
 *
 * `app` composes features; a feature that needs something of another one asks for it to be moved to `shared`,
 * or links to the other's page by its address.
 */
import path from 'node:path'

const FLOORS = { shared: 0, features: 1, app: 2 }

/** The room of a file below src: { floor, feature } or null for src/main.tsx and files outside src. */
function roomOf(relativePath) {
  const [floor, feature] = relativePath.split('/')
  if (!(floor in FLOORS)) return null
  return { floor, feature: floor === 'features' ? feature : null }
}

function targetOf(source, importer) {
  if (source.startsWith('@/')) return source.slice(2)
  if (!source.startsWith('.')) return null
  return path.posix.normalize(path.posix.join(path.posix.dirname(importer), source))
}

export function breach(importer, source) {
  const from = roomOf(importer)
  const target = targetOf(source, importer)
  const to = target === null ? null : roomOf(target)
  if (from === null || to === null) return null
  if (FLOORS[to.floor] > FLOORS[from.floor]) return 'upwards'
  if (from.feature !== null && to.feature !== null && from.feature !== to.feature) return 'sideways'
  return null
}

export const layers = {
  meta: {
    type: 'problem',
    schema: [],
    messages: {
      upwards: '"{{source}}" is above this file: imports point downwards, shared <- features <- app.',
      sideways: '"{{source}}" is another feature: move what both need to shared, or let app compose them.',
    },
  },
  create(context) {
    const file = context.filename.replaceAll(path.sep, '/')
    const importer = file.includes('/src/') ? file.slice(file.lastIndexOf('/src/') + 5) : null
    if (importer === null) return {}
    function check(node) {
      const source = node.source?.value
      if (typeof source !== 'string') return
      const messageId = breach(importer, source)
      if (messageId !== null) context.report({ node, messageId, data: { source } })
    }
    return {
      ImportDeclaration: check,
      ImportExpression: check,
      ExportNamedDeclaration: check,
      ExportAllDeclaration: check,
    }
  },
}
