/** The REST contract by hand, until the server's OpenAPI document is there; then `npm run api` takes its place. */
import type { Finding } from './problem'

export interface Page<Item> {
  items: Item[]
  next_cursor: string | null
  total: number | null
}
export interface Person {
  user_id: string
  username: string
  display_name: string
  roles: string[]
  language: string | null
}
export interface Session {
  user: Person
  permissions: string[]
  csrf_token: string
}
export interface SystemInfo {
  version: string
  data_folder: string
  zone: string
  limits: { upload_bytes: number }
  sqlite_version: string
  demo: Record<string, unknown> | null
}
export interface User {
  user_id: string
  username: string
  display_name: string
  roles: string[]
  groups: string[]
  is_disabled: boolean
  created_at: string
  last_sign_in_at: string | null
}
export interface ServiceAccount {
  account_id: string
  name: string
  job_types: string[]
  routes: string[]
  created_at: string
  expires_at: string | null
  last_used_at: string | null
  revoked_at: string | null
}
export interface AuditEntry {
  entry_id: string
  at: string
  actor: string
  action: string
  target: string
  reason: string | null
}
export interface UserTask {
  user_task_id: string
  name: string
  instance_key: string
  process_id: string
  process_name: string
  version: number
  element_id: string
  business_key: string | null
  assignee: string | null
  candidate_groups: string[]
  state: string
  created_at: string
  due_at: string | null
  completed_at: string | null
}
export interface UserTaskDetail {
  task: UserTask
  form_schema: unknown
  variables: Record<string, unknown>
}
export interface Home {
  open_instances: number
  incidents: number
  my_tasks: number
  finished_24h: number
  throughput: { hour: string; finished: number }[]
  workers: { name: string; job_types: string[]; last_seen_at: string }[]
  setup: { has_log: boolean; has_process: boolean; has_task: boolean }
  demo: Record<string, unknown> | null
}
export interface Incident {
  incident_id: string
  instance_key: string
  process_id: string
  process_name: string
  version: number
  element_id: string
  element_name: string
  kind: string
  message: string
  raised_at: string
  resolved_at: string | null
}
export interface Deployed {
  process_id: string
  name: string
  version: number
  deployed_at: string
  findings: Finding[]
}
export interface ProcessSummary {
  latest: Deployed
  versions: number
  active: number
  ended: number
  incidents: number
}
export interface InstanceSummary {
  instance_key: string
  process_id: string
  process_name: string
  version: number
  status: string
  business_key: string | null
  started_at: string
  ended_at: string | null
  open_incidents: number
}

type Body<Data> = { content: { 'application/json': Data } }
type Sent<Input> = [Input] extends [never] ? { requestBody?: never } : { requestBody: Body<Input> }
type Answer<Data> = { responses: { 200: { headers: Record<string, unknown> } & Body<Data> } }
type Call<Data, Query = never, Path = never, Input = never> = Sent<Input> &
  Answer<Data> & { parameters: { query?: Query; path: Path; header?: never; cookie?: never } }
type Plain<Data, Query = never, Input = never> = Sent<Input> &
  Answer<Data> & { parameters: { query?: Query; path?: never; header?: never; cookie?: never } }

export interface paths {
  '/api/v1/session': {
    get: Plain<Session>
    post: Plain<Session, never, { username: string; password: string }>
    delete: Plain<null>
  }
  '/api/v1/session/one-time': { post: Plain<Session, never, { token: string }> }
  '/api/v1/sessions': { delete: Plain<null> }
  '/api/v1/system': { get: Plain<SystemInfo> }
  '/api/v1/me/password': { put: Plain<null, never, { old_password: string; new_password: string }> }
  '/api/v1/me': { patch: Plain<Person, never, { display_name?: string; language?: string; theme?: string }> }
  '/api/v1/users': {
    get: Plain<Page<User>>
    post: Plain<
      { user: User; one_time_password?: string | null; one_time_link?: string | null },
      never,
      { username: string; display_name: string; roles: string[]; groups: string[]; password?: string }
    >
  }
  '/api/v1/users/{user_id}': {
    patch: Call<User, never, { user_id: string }, Partial<Pick<User, 'roles' | 'groups' | 'is_disabled' | 'display_name'>>>
  }
  '/api/v1/users/{user_id}/reset': { post: Call<{ one_time_link: string }, never, { user_id: string }> }
  '/api/v1/service-accounts': {
    get: Plain<Page<ServiceAccount>>
    post: Plain<
      { account: ServiceAccount; key: string },
      never,
      { name: string; job_types: string[]; routes: string[]; expires_at?: string | null }
    >
  }
  '/api/v1/service-accounts/{account_id}': { delete: Call<null, never, { account_id: string }> }
  '/api/v1/audit': { get: Plain<Page<AuditEntry>, { cursor?: string; limit?: number }> }
  '/api/v1/home': { get: Plain<Home> }
  '/api/v1/tasks': {
    get: Plain<
      Page<UserTask>,
      { view?: 'mine' | 'group' | 'all'; process_id?: string; search?: string; state?: string; cursor?: string }
    >
  }
  '/api/v1/tasks/{user_task_id}': { get: Call<UserTaskDetail, never, { user_task_id: string }> }
  '/api/v1/tasks/{user_task_id}/claim': { post: Call<UserTask, never, { user_task_id: string }> }
  '/api/v1/tasks/{user_task_id}/unclaim': { post: Call<UserTask, never, { user_task_id: string }> }
  '/api/v1/tasks/{user_task_id}/complete': {
    post: Call<UserTask, never, { user_task_id: string }, { variables: Record<string, unknown> }>
  }
  '/api/v1/incidents': { get: Plain<Page<Incident>, { process_id?: string; state?: string; cursor?: string }> }
  '/api/v1/processes': { get: Plain<Page<ProcessSummary>> }
  '/api/v1/instances': { get: Plain<Page<InstanceSummary>, { search?: string; limit?: number }> }
}
