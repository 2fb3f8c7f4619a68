import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import type { ConnectedClients } from './connected-clients.ts'

/** What the server counts, in Prometheus' form. */
export interface Metrics {
  httpRequest(method: string, route: string, status: number, durationMs: number): void
  turnFinished(outcome: string, durationMs: number): void
  modelRequest(outcome: 'answered' | 'failed', durationMs: number, tokens: number): void
  toolCall(tool: string, outcome: string, durationMs: number): void
  sandboxStarted(from: string, durationMs: number): void
  egressDecision(isAllowed: boolean): void
  setRunningTurns(count: number): void
  render(): Promise<string>
}

const MILLISECONDS = [5, 20, 50, 100, 250, 500, 1_000, 2_500, 10_000, 60_000]

export function createMetrics(clients: ConnectedClients): Metrics {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const http = new Histogram({
    name: 'fixpoint_http_request_duration_milliseconds',
    help: 'Duration of HTTP requests',
    labelNames: ['method', 'route', 'status'],
    buckets: MILLISECONDS,
    registers: [registry]
  })
  const turns = new Counter({ name: 'fixpoint_turns_total', help: 'Turns by outcome', labelNames: ['outcome'], registers: [registry] })
  const turnDuration = new Histogram({
    name: 'fixpoint_turn_duration_milliseconds',
    help: 'Duration of turns',
    buckets: [1_000, 5_000, 15_000, 60_000, 300_000, 1_800_000],
    registers: [registry]
  })
  const model = new Histogram({
    name: 'fixpoint_model_request_duration_milliseconds',
    help: 'Duration of requests to the model',
    labelNames: ['outcome'],
    buckets: MILLISECONDS,
    registers: [registry]
  })
  const tokens = new Counter({ name: 'fixpoint_model_tokens_total', help: 'Input and output tokens', registers: [registry] })
  const tools = new Histogram({
    name: 'fixpoint_tool_call_duration_milliseconds',
    help: 'Duration of tool calls',
    labelNames: ['tool', 'outcome'],
    buckets: MILLISECONDS,
    registers: [registry]
  })
  const sandboxes = new Histogram({
    name: 'fixpoint_sandbox_start_duration_milliseconds',
    help: 'Time until a sandbox was ready',
    labelNames: ['from'],
    buckets: MILLISECONDS,
    registers: [registry]
  })
  const egress = new Counter({
    name: 'fixpoint_egress_decisions_total',
    help: 'Connections that sandboxes asked for',
    labelNames: ['allowed'],
    registers: [registry]
  })
  const running = new Gauge({ name: 'fixpoint_turns_running', help: 'Turns that run now', registers: [registry] })
  new Gauge({
    name: 'fixpoint_clients_connected',
    help: 'Clients that follow sessions now, by their name and version',
    labelNames: ['client'],
    registers: [registry],
    collect() {
      this.reset()
      for (const [client, count] of Object.entries(clients.counts())) this.set({ client }, count)
    }
  })
  return {
    httpRequest: (method, route, status, durationMs) => http.observe({ method, route, status: String(status) }, durationMs),
    turnFinished: (outcome, durationMs) => {
      turns.inc({ outcome })
      turnDuration.observe(durationMs)
    },
    modelRequest: (outcome, durationMs, count) => {
      model.observe({ outcome }, durationMs)
      tokens.inc(count)
    },
    toolCall: (tool, outcome, durationMs) => tools.observe({ tool, outcome }, durationMs),
    sandboxStarted: (from, durationMs) => sandboxes.observe({ from }, durationMs),
    egressDecision: isAllowed => egress.inc({ allowed: String(isAllowed) }),
    setRunningTurns: count => running.set(count),
    render: () => registry.metrics()
  }
}
