import type { NewEvent } from '@fixpoint/protocol'
import { describe, expect, it } from 'vitest'
import { newId } from '../edges.ts'
import { createConnectedClients } from '../observe/connected-clients.ts'
import { createMetrics } from '../observe/metrics.ts'
import { fixedEdges } from '../testing/fixtures.ts'
import type { StepEntry } from './conversation.ts'
import { runAgent } from './loop.ts'

const edges = fixedEdges()
const unused = () => Promise.reject(new Error('is not asked for here'))

/** What a turn does that goes on after its last step's calls had ended, up to its next question to the model. */
async function goOnAfter(tools: { tool: string; problem?: string }[]): Promise<string[]> {
  const told: string[] = []
  const calls = tools.map(({ tool, problem = null }) => ({ callId: newId(edges, 'toolCall'), toolCallId: tool, tool, input: {}, problem }))
  const step: StepEntry = {
    kind: 'step',
    stepId: newId(edges, 'step'),
    record: { model: 'demo/m', messages: [], calls },
    results: new Map(calls.map(({ callId }) => [callId, { text: 'done', isError: false, pictures: [] }]))
  }
  const run = runAgent({
    sessionId: newId(edges, 'session'),
    turnId: newId(edges, 'turn'),
    entries: [{ kind: 'request', text: 'Line it up', pictures: [] }, step],
    startedCalls: new Set(),
    // Its steps are used up, so that it ends where it would ask the model.
    spent: { steps: 1, tokens: 0, startedAt: edges.now() },
    budget: { steps: 1, tokens: 1_000, turnSeconds: 60, toolSeconds: 10 },
    model: { model: 'unused', provider: 'demo', id: 'm', isScripted: true },
    retry: { attempts: 1, totalMs: 1 },
    silenceMs: 1_000,
    append: async (event: NewEvent) => {
      told.push(event.type)
    },
    showText: () => undefined,
    toolContext: unused,
    readyForChanges: unused,
    saveCheckpoint: async () => {
      told.push('checkpoint')
    },
    takeRemarks: () => [],
    artifacts: { put: unused, get: unused, findPublic: unused },
    metrics: createMetrics(createConnectedClients()),
    edges,
    signal: new AbortController().signal
  })
  await expect(run).rejects.toMatchObject({ code: 'budget_exceeded' })
  return told
}

describe('a turn that goes on after a break', () => {
  it.each(['edit', 'write', 'bash'])('records the files that its last call (%s) may have changed, and does not repeat it', async tool => {
    expect(await goOnAfter([{ tool }])).toEqual(['checkpoint'])
    expect(await goOnAfter([{ tool }, { tool: 'read' }])).toEqual(['checkpoint'])
  })

  it('records none where nothing can have changed', async () => {
    expect(await goOnAfter([{ tool: 'read' }, { tool: 'look' }])).toEqual([])
    expect(await goOnAfter([{ tool: 'edit', problem: 'The input is not valid.' }])).toEqual([])
  })
})
