/** Short names for what the REST API says; all come from its OpenAPI document (`npm run api`). */
import type { components } from './schema'

export type Schemas = components['schemas']

export type AuditEntry = Schemas['AuditEntryOut']
export type Home = Schemas['Home']
export type Me = Schemas['Me']
export type RoleName = Me['roles'][number]
export type ServiceAccount = Schemas['ServiceAccountOut']
export type Session = Schemas['SessionOut']
export type User = Schemas['UserOut']
export type UserTask = Schemas['UserTaskView']
export type UserTaskDetail = Schemas['UserTaskDetail']
