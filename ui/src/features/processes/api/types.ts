/** Short names for what these pages show; all come from the OpenAPI document. */
import type { Schemas } from '@/shared/api/types'

export type DeployedProcess = Schemas['DeployedProcess']
export type Deployment = Schemas['Deployment']
export type DraftSummary = Schemas['DraftSummary']
export type ElementVisit = Schemas['ElementVisit']
export type Incident = Schemas['IncidentView']
export type InstanceDetail = Schemas['InstanceDetail']
export type InstanceSummary = Schemas['InstanceSummary']
export type ModelDraft = Schemas['ModelDraft']
export type ProcessDetail = Schemas['ProcessDetail']
export type ProcessSummary = Schemas['ProcessSummary']
export type Watch = Schemas['Watch']
export type ElementWatch = Schemas['ElementWatch']
