import { emptySession, reduceSession, type SessionState } from '@fixpoint/protocol'
import type { ArtifactSource } from '@fixpoint/ui'
import { useSyncExternalStore } from 'react'
import type { FromPage, ToPage } from '../messages.ts'

declare function acquireVsCodeApi(): { postMessage(message: FromPage): void; getState(): unknown; setState(state: unknown): unknown }

export interface PageState {
  session: SessionState | null
  status: Extract<ToPage, { kind: 'status' }>
  /** Why the last prompt was refused. */
  refusal: string | null
  /** Counts the prompts that were taken, so that the field knows when to empty itself. */
  sent: number
}

/** The extension, as the page sees it. */
export interface Host {
  post(message: FromPage): void
  artifacts: ArtifactSource
  subscribe(listener: () => void): () => void
  state(): PageState
  /** What was being written; kept while the page is hidden. */
  draft: { read(): string; write(text: string): void }
  /** Leaves with VS Code what it takes to show this page again after a reload (`ProofTabs`). */
  keep(what: { sessionId: string; turnId: string }): void
}

export function usePageState(host: Host): PageState {
  return useSyncExternalStore(host.subscribe, host.state)
}

export function createHost(): Host {
  const api = acquireVsCodeApi()
  const listeners = new Set<() => void>()
  const waiting = new Map<string, ((bytes: Uint8Array | null) => void)[]>()
  const loaded = new Map<string, Promise<Uint8Array<ArrayBuffer>>>()
  const pictures = new Map<string, Promise<string>>()
  let state: PageState = {
    session: null,
    status: { kind: 'status', status: 'connecting', problem: null, canPrompt: false },
    refusal: null,
    sent: 0
  }
  const change = (next: Partial<PageState>) => {
    state = { ...state, ...next }
    for (const listener of listeners) listener()
  }

  window.addEventListener('message', (event: MessageEvent<ToPage>) => {
    const message = event.data
    switch (message.kind) {
      case 'events': {
        const start = message.isStart || state.session === null ? emptySession(message.sessionId) : state.session
        change({ session: message.events.reduce(reduceSession, start) })
        return
      }
      case 'status':
        change({ status: message })
        return
      case 'artifact':
        for (const resolve of waiting.get(message.artifactId) ?? []) resolve(message.bytes)
        waiting.delete(message.artifactId)
        return
      case 'sent':
        change({ refusal: null, sent: state.sent + 1 })
        return
      case 'refused':
        change({ refusal: message.problem })
    }
  })

  function load(artifactId: string): Promise<Uint8Array<ArrayBuffer>> {
    const known = loaded.get(artifactId)
    if (known !== undefined) return known
    const loading = new Promise<Uint8Array<ArrayBuffer>>((resolve, reject) => {
      const take = (bytes: Uint8Array | null) => (bytes === null ? reject(new Error('cannot be had')) : resolve(Uint8Array.from(bytes)))
      waiting.set(artifactId, [...(waiting.get(artifactId) ?? []), take])
      api.postMessage({ kind: 'artifact', artifactId })
    })
    loaded.set(artifactId, loading)
    loading.catch(() => loaded.delete(artifactId))
    return loading
  }

  window.addEventListener('load', () => api.postMessage({ kind: 'ready' }))
  const draft = api.getState()
  return {
    post: message => api.postMessage(message),
    artifacts: {
      url(_sessionId, artifactId) {
        const known = pictures.get(artifactId)
        if (known !== undefined) return known
        // Without a type the browser recognises PNG, JPEG and WebP by their bytes, and never takes them for SVG or HTML.
        const picture = load(artifactId).then(bytes => URL.createObjectURL(new Blob([bytes])))
        pictures.set(artifactId, picture)
        picture.catch(() => pictures.delete(artifactId))
        return picture
      },
      text: async (_sessionId, artifactId) => new TextDecoder().decode(await load(artifactId))
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    state: () => state,
    draft: {
      read: () => (typeof draft === 'string' ? draft : ''),
      write: text => void api.setState(text)
    },
    keep: what => void api.setState(what)
  }
}
