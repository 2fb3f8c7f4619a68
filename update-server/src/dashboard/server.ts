import { z } from 'zod'
import { statusSchema, type UpdatesStatus } from '../http/status.ts'

/** Of a problem, what is shown; the rest of the protocol is not worth loading here. */
const problemSchema = z.object({ detail: z.string() })

/** What the server has refused, in its words. */
export class Refusal extends Error {
  readonly status: number

  constructor(status: number, message: string) {
    super(message)
    this.name = 'Refusal'
    this.status = status
  }
}

/** @throws Refusal, also where the server does not answer (status 0) */
export async function fetchStatus(token: string): Promise<UpdatesStatus> {
  return statusSchema.parse(await ask(token, '/api/status', { method: 'GET' }))
}

/** @throws Refusal */
export async function changeRing(token: string, extensionId: string, ring: string, change: RingChange): Promise<UpdatesStatus> {
  const path = `/api/rings/${extensionId}/${ring}/${change.kind === 'halt' ? 'halt' : 'resumption'}`
  const body = JSON.stringify(change.kind === 'halt' ? { reason: change.reason } : {})
  return statusSchema.parse(await ask(token, path, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body }))
}

export type RingChange = { kind: 'halt'; reason: string } | { kind: 'resume' }

async function ask(token: string, path: string, init: RequestInit): Promise<unknown> {
  let response: Response
  try {
    response = await fetch(path, { ...init, headers: { ...init.headers, Authorization: `Bearer ${token}` } })
  } catch (error) {
    throw new Refusal(0, `The server does not answer. ${error instanceof Error ? error.message : ''}`.trim())
  }
  const value: unknown = await response.json()
  if (response.ok) return value
  const problem = problemSchema.safeParse(value)
  throw new Refusal(response.status, problem.success ? problem.data.detail : `The server has answered ${response.status}.`)
}
