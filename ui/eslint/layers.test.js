import { expect, test } from 'vitest'

import { breach } from './layers.js'

test('a feature may use shared, and app may use both', () => {
  expect(breach('features/tasks/components/Inbox.tsx', '@/shared/ui/Icon')).toBeNull()
  expect(breach('app/router.tsx', '@/features/tasks/routes')).toBeNull()
  expect(breach('app/router.tsx', '../shared/ui/Icon')).toBeNull()
})

test('imports never point upwards, by alias or by relative path', () => {
  expect(breach('shared/ui/Icon.tsx', '@/features/tasks/routes')).toBe('upwards')
  expect(breach('features/tasks/routes.tsx', '../../app/router')).toBe('upwards')
})

test('features do not know each other, but know themselves', () => {
  expect(breach('features/tasks/routes.tsx', '../mining/routes')).toBe('sideways')
  expect(breach('features/tasks/components/Inbox.tsx', '../hooks/useInbox')).toBeNull()
})

test('packages are no concern of this rule', () => {
  expect(breach('shared/ui/Icon.tsx', 'react')).toBeNull()
})
