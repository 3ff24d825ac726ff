/** Checks of decision tables, tables from spreadsheets and to them; the server keeps nothing. */
import { keepPreviousData, queryOptions } from '@tanstack/react-query'

import { api, unwrap } from '@/shared/api/client'
import type { Schemas } from '@/shared/api/types'

export type TableCheck = Schemas['TableCheck']
export type TableFinding = Schemas['TableFinding']
export type SheetPreview = Schemas['SheetPreview']
export type SheetColumn = Schemas['SheetColumn']
export type SheetRequest = Schemas['SheetIn']
export type ColumnRole = SheetColumn['role']

export function tableCheckQuery(xml: string) {
  return queryOptions({
    queryKey: ['models', 'checks', xml],
    queryFn: () => unwrap(api.POST('/api/v1/decision-tables/checks', { body: { dmn_xml: xml } })),
    placeholderData: keepPreviousData,
    gcTime: 0,
    retry: false,
  })
}

export function sheetPreviewQuery(request: SheetRequest) {
  return queryOptions({
    queryKey: ['models', 'sheets', request],
    queryFn: () => unwrap(api.POST('/api/v1/decision-tables/previews', { body: request })),
    placeholderData: keepPreviousData,
    gcTime: 0,
    retry: false,
  })
}

export async function exportTable(xml: string, decisionId: string, format: 'csv' | 'xlsx'): Promise<Blob> {
  const body = { dmn_xml: xml, decision_id: decisionId, format }
  return (await unwrap(api.POST('/api/v1/decision-tables/exports', { body, parseAs: 'blob' }))) as Blob
}

/** The content of a file as the server takes it. */
export function base64Of(file: File): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader()
    reader.onload = () => resolve((reader.result as string).replace(/^[^,]*,/, ''))
    reader.onerror = () => reject(reader.error ?? new Error(file.name))
    reader.readAsDataURL(file)
  })
}
