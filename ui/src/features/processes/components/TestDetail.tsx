/** What is behind the selected case: why it is broken, or how the decision came to its answer. */
import { Explanation } from '@/shared/dmn/Explanation'
import { ApiError } from '@/shared/api/problem'
import { Problem } from '@/shared/ui/Problem'

import type { TestOutcome } from '../api/tests'
import classes from './Tests.module.css'

export function TestDetail({ outcome }: { outcome: TestOutcome | undefined }) {
  if (outcome === undefined) return null
  if (outcome.problem !== null) return <Problem error={new ApiError(outcome.problem)} />
  return (
    <div className={classes.detail}>
      <Explanation trace={outcome.trace} warnings={outcome.warnings} />
    </div>
  )
}
