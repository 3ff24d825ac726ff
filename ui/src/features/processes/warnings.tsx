/** What a deployment that went through should still make somebody look at. */
import { notifications } from '@mantine/notifications'

import type { Finding } from '@/shared/api/problem'
import { FindingList } from '@/shared/ui/Problem'

export function warnOfFindings(findings: readonly Finding[], title: string): void {
  if (findings.length === 0) return
  notifications.show({ color: 'yellow', title, message: <FindingList findings={[...findings]} />, autoClose: false })
}
