/** Files that may be absent. */
import { api } from '@/shared/api/client'
import { ApiError, problemOf } from '@/shared/api/problem'

/** The DMN file deployed with a version, or null when there is none. */
export async function decisionTextOf(processId: string, version: number): Promise<string | null> {
  const { data, error, response } = await api.GET('/api/v1/processes/{process_id}/versions/{version}/dmn', {
    params: { path: { process_id: processId, version } },
    parseAs: 'text',
  })
  if (response.status === 404) return null
  if (!response.ok) throw new ApiError(problemOf(error, response.status))
  return data as unknown as string
}
