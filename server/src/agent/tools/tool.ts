import type { FileChange, Picture } from '@fixpoint/protocol'
import type { z } from 'zod'
import type { PageCamera } from '../../proof/page-camera.ts'
import type { SandboxCalls } from '../../sandbox/sandbox-calls.ts'

/** What a tool call came to: for the model, and for the people who watch. */
export interface ToolReport {
  outcome: 'succeeded' | 'failed'
  /** What the model is told. */
  result: string
  /** Pictures that the model is shown, and people too. */
  pictures?: Picture[]
  /** One line, such as “edited PriceTag.tsx +3 −1”. */
  summary: string
  /** What is seen when the line is opened. */
  detail?: string
  detailKind?: 'text' | 'diff'
  files?: FileChange[]
}

/** What a tool may use. */
export interface ToolContext {
  sandbox: SandboxCalls
  /** For tools that look at the running app; waits until the dev server is ready. */
  camera: () => Promise<PageCamera>
  /** Takes the proof of the work so far and says what it found. */
  prove: () => Promise<ToolReport>
  /** The page that the person pointed at; what `look` shows by default. */
  page: { path: string; viewport: { width: number; height: number; deviceScaleFactor: number }; colorScheme: 'light' | 'dark' } | null
  /** Hashes of files as the agent last saw them, to notice that somebody else has changed one. */
  knownFiles: Map<string, string>
  /** Length of one call, in milliseconds. */
  timeoutMs: number
  signal: AbortSignal
}

/** A tool is a value: what the model is told of it, what it takes, what it does. */
export interface Tool<S extends z.ZodType = z.ZodType> {
  name: string
  description: string
  input: S
  /** Whether it may change files; such calls wait for the baseline picture and are followed by a checkpoint. */
  changesFiles: boolean
  /** One line that says what it is about to do. */
  title: (input: z.output<S>) => string
  run: (input: z.output<S>, context: ToolContext) => Promise<ToolReport>
}

/** Keeps a tool's types together while it is written; the loop sees tools of any input. */
export function defineTool<S extends z.ZodType>(tool: Tool<S>): Tool {
  return {
    ...tool,
    title: input => tool.title(tool.input.parse(input)),
    run: (input, context) => tool.run(tool.input.parse(input), context)
  }
}

/** What people see of a long output. */
const DETAIL_CHARACTERS = 16_000

export function cutDetail(text: string): string {
  if (text.length <= DETAIL_CHARACTERS) return text
  const half = DETAIL_CHARACTERS / 2 - 50
  return `${text.slice(0, half).toWellFormed()}\n… ${text.length - 2 * half} characters left out …\n${text.slice(-half).toWellFormed()}`
}

export function counts(added: number, removed: number): string {
  return `+${added} −${removed}`
}

export function plural(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`
}

/** The last part of a path, which is what people know a file by. */
export function fileName(path: string): string {
  return path.split('/').at(-1) ?? path
}
