import { z } from 'zod'
import { projectConfigSchema } from '../projects/project-config.ts'

const hostNameSchema = z.string().regex(/^[a-z0-9.-]+$|^\[[0-9a-f:]+\]$/i, 'must be a host name or address')

/** Each is listened on; more doors than this are not open at once on a server without a domain of its own. */
const MOST_SESSION_PORTS = 1_000
const portSchema = z.number().int().min(1).max(65_535)

export const modelConfigSchema = z.strictObject({
  /** `demo` is the scripted model of the demo shop, which speaks Google's wire format on loopback. */
  provider: z.enum(['google', 'anthropic', 'openai', 'openai-compatible', 'demo']).default('google'),
  /** The provider's name of the model. */
  id: z.string().min(1).max(200),
  /** Where the provider's API is; the provider's own address where it is not given. */
  baseUrl: z.url({ protocol: /^https?$/ }).optional()
})
export type ModelConfig = z.infer<typeof modelConfigSchema>

/** What `fixpoint.config.{ts,js,json,yaml}` may say. Secrets are not in it; they come from the environment. */
export const configSchema = z.strictObject({
  host: hostNameSchema.default('127.0.0.1'),
  port: z.number().int().min(0).max(65_535).default(4_700),
  /** How people reach the server, where that is not `http://<host>:<port>`. */
  publicUrl: z
    .url({ protocol: /^https?$/ })
    .transform(url => url.replace(/\/$/, ''))
    .optional(),
  /**
   * A domain whose subdomains all lead to this server: each session's VS Code and preview get a host name of their own below it.
   * Not needed where the server is reached on this machine.
   */
  sessionDomain: hostNameSchema.optional(),
  /** Where there is no such domain: ports on which sessions' VS Code and previews are, one for each that is open, beside the server's own. */
  sessionPorts: z
    .strictObject({ from: portSchema, to: portSchema })
    .refine(({ from, to }) => from <= to && to - from < MOST_SESSION_PORTS, `must be a range of 1 to ${MOST_SESSION_PORTS} ports`)
    .optional(),
  /** Further host names that requests may name, for example behind a reverse proxy. */
  allowedHostNames: z.array(hostNameSchema).default([]),
  /** Origins whose pages may use the API, besides the server's own; `chrome-extension://<id>` for an own build of the extension. */
  allowedOrigins: z.array(z.string().regex(/^[a-z-]+:\/\/[^/]+$/i, 'must be an origin')).default([]),
  model: modelConfigSchema.prefault({ id: 'gemini-3.8-flash' }),
  /** The model that judges pictures; the same one where it is not given. */
  visionModel: modelConfigSchema.optional(),
  budgets: z
    .strictObject({
      /** Requests to the model in one turn. */
      steps: z.number().int().min(1).max(1_000).default(100),
      /** Input and output tokens of one turn together. */
      tokens: z.number().int().min(1_000).default(2_000_000),
      /** Length of a turn and of one tool call. */
      turnSeconds: z.number().int().min(5).max(86_400).default(3_600),
      toolSeconds: z.number().int().min(1).max(3_600).default(600)
    })
    .prefault({}),
  modelTimeouts: z
    .strictObject({
      /** Silence after which a request to the model is given up: before the first and between two pieces of the answer. */
      silenceSeconds: z.number().min(0.1).max(600).default(30),
      /** Attempts for one step, and for how long, when the provider fails in a way that may pass. */
      attempts: z.number().int().min(1).max(20).default(6),
      retrySeconds: z.number().min(1).max(3_600).default(180)
    })
    .prefault({}),
  sandbox: z
    .strictObject({
      memoryMegabytes: z.number().int().min(256).default(2_048),
      cpus: z.number().min(0.25).default(2),
      processes: z.number().int().min(64).default(512),
      /** What the files of one sandbox may take on disk. */
      diskMegabytes: z.number().int().min(256).default(10_240),
      /** So much of Docker's disk is left free, but at most a tenth of it: no session begins, and nothing goes on that fills it. */
      diskReserveMegabytes: z.number().int().min(0).default(10_240),
      /** Bytes that one sandbox may send and receive through the proxy. */
      egressMegabytes: z.number().int().min(1).default(2_048),
      /** How long a turn waits for a Docker engine that does not answer. */
      dockerPatienceSeconds: z.number().min(0).max(3_600).default(60),
      /** Time without work after which a session's container is removed; its workspace stays. */
      idleSeconds: z.number().int().min(5).default(600),
      /** Sessions that are worked on at the same time; the others wait. */
      concurrentSessions: z.number().int().min(1).max(100).default(4)
    })
    .prefault({}),
  git: z
    .strictObject({
      /** Hosts that repositories may be on. */
      allowedHosts: z
        .array(z.strictObject({ host: hostNameSchema, resolvesPrivately: z.boolean().default(false) }))
        .default([{ host: 'github.com', resolvesPrivately: false }]),
      timeoutSeconds: z.number().int().min(5).max(3_600).default(300),
      repositoryMegabytes: z.number().int().min(1).default(2_048)
    })
    .prefault({}),
  github: z.strictObject({ apiUrl: z.url({ protocol: /^https?$/ }).default('https://api.github.com') }).prefault({}),
  /** Who the first token belongs to, and so the author of what they ask for. */
  person: z.strictObject({ name: z.string().trim().min(1).max(100), email: z.email() }).optional(),
  projects: z.array(projectConfigSchema).default([])
})
export type Config = z.infer<typeof configSchema>
