import { randomUUID } from 'node:crypto'
import { constants as http2, type IncomingHttpHeaders, type ServerHttp2Stream } from 'node:http2'
import { pipeline } from 'node:stream/promises'
import { cutText, FixpointError } from '@fixpoint/protocol'
import {
  execInputSchema,
  type FileChanges,
  localTargetSchema,
  type SandboxOperation,
  sandboxOperations,
  workspaceApplyQuerySchema,
  workspaceBundleInputSchema,
  workspacePopulateQuerySchema,
  workspaceRestoreQuerySchema
} from '@fixpoint/protocol/sandbox'
import type { z } from 'zod'
import { EditorFiles } from './files/editor-files.ts'
import { watchFiles } from './files/file-watch.ts'
import { readFile } from './files/read-file.ts'
import { listFiles, searchFiles } from './files/search-files.ts'
import { WorkspaceRoot } from './files/workspace-root.ts'
import { FileWriter } from './files/write-file.ts'
import { bodyOf, checked, readJson, sendJson, sendProblem } from './json-messages.ts'
import { lookAtPage } from './look/look-at-page.ts'
import { Pictures } from './look/pictures.ts'
import { WarmBrowser } from './look/warm-browser.ts'
import { commandEnvironment } from './processes/command-environment.ts'
import { DevServer } from './processes/dev-server.ts'
import { DiskGuard, diskLimitsFrom } from './processes/disk-guard.ts'
import { executeCommand } from './processes/execute-command.ts'
import { ProcessGroups } from './processes/process-groups.ts'
import { Terminals } from './terminal/terminals.ts'
import { Turns } from './turns.ts'
import { joinStream } from './vscode/join-stream.ts'
import { VsCode } from './vscode/vscode.ts'
import { Workspace } from './workspace/workspace.ts'

const PREFIX = '/v1/'
const PICTURES = 'pictures/'
const BROWSER = 'browser'
/** One for each core that a sandbox usually has; more at once only make each other slow. */
const LOOKS_AT_ONCE = 2
/** Of changes to files, on their way to the server. */
const MOST_UNREAD_BYTES = 1_000_000

export interface OperationsOptions {
  /** The workspace's folder, absolute. */
  workspace: string
  /** Path of Chromium. */
  chromium: string
  /** The folder of code-server. */
  codeServer: string
  /** sandboxd's own environment. */
  environment: NodeJS.ProcessEnv
}

/** One address: its method and what answers it. */
interface Address {
  method: 'GET' | 'POST'
  answer: (stream: ServerHttp2Stream, query: Record<string, string>) => Promise<void>
}

/** Everything that the server can ask of the sandbox but its health. */
export class Operations {
  readonly #root: WorkspaceRoot
  readonly #groups: ProcessGroups
  readonly #disk: DiskGuard
  readonly #workspace: Workspace
  readonly #pictures = new Pictures()
  readonly #browser: WarmBrowser
  readonly #devServer: DevServer
  readonly #vsCode: VsCode
  readonly #terminals: Terminals
  readonly #codeServer: string
  readonly #addresses: Map<string, Address>

  static async open(options: OperationsOptions): Promise<Operations> {
    return new Operations(await WorkspaceRoot.at(options.workspace), options)
  }

  private constructor(root: WorkspaceRoot, { chromium, codeServer, environment }: OperationsOptions) {
    this.#root = root
    this.#groups = new ProcessGroups(commandEnvironment(environment), randomUUID())
    const programs = this.#groups.environment
    const home = programs['HOME'] ?? '/tmp'
    this.#disk = new DiskGuard({ ...diskLimitsFrom(environment), folders: [root.folder, home], end: () => this.#groups.killAll() })
    this.#disk.start()
    this.#workspace = new Workspace(root.folder, programs)
    this.#browser = new WarmBrowser({
      executable: chromium,
      environment: this.#groups.environmentFor(BROWSER),
      kill: () => this.#groups.killNamed(BROWSER)
    })
    // A page that is served is going to be looked at.
    const devServer = new DevServer(root, this.#groups, () => this.#browser.prepare())
    this.#devServer = devServer
    this.#vsCode = new VsCode({ codeServer, folder: root.folder, groups: this.#groups, home })
    this.#terminals = new Terminals({ codeServer, folder: root.folder, groups: this.#groups })
    this.#codeServer = codeServer
    const looks = new Turns(LOOKS_AT_ONCE)
    const writer = new FileWriter(root)
    const editor = new EditorFiles(root, writer)
    const operations: Record<SandboxOperation, Address> = {
      'files/read': operation(sandboxOperations['files/read'], async input => readFile(root, input)),
      'files/write': operation(sandboxOperations['files/write'], async input => await writer.write(input)),
      'files/edit': operation(sandboxOperations['files/edit'], async input => await writer.edit(input)),
      'files/search': operation(sandboxOperations['files/search'], async input => await searchFiles(root.folder, programs, input)),
      'files/list': operation(sandboxOperations['files/list'], async input => await listFiles(root.folder, programs, input)),
      'files/tree': operation(sandboxOperations['files/tree'], async input => editor.tree(input)),
      'files/stat': operation(sandboxOperations['files/stat'], async ({ path }) => editor.stat(path)),
      'files/fetch': operation(sandboxOperations['files/fetch'], async input => editor.fetch(input)),
      'files/store': operation(sandboxOperations['files/store'], async input => await editor.store(input)),
      'files/make-folder': operation(sandboxOperations['files/make-folder'], async ({ path }) => await editor.makeFolder(path)),
      'files/remove': operation(sandboxOperations['files/remove'], async input => await editor.remove(input)),
      'files/rename': operation(sandboxOperations['files/rename'], async input => await editor.rename(input)),
      'dev-server/start': operation(sandboxOperations['dev-server/start'], async input => await devServer.start(input)),
      'dev-server/status': operation(sandboxOperations['dev-server/status'], async () => devServer.status()),
      'dev-server/stop': operation(sandboxOperations['dev-server/stop'], async () => await devServer.stop()),
      'vscode/start': operation(sandboxOperations['vscode/start'], async input => await this.#vsCode.start(input)),
      'workspace/checkpoint': operation(sandboxOperations['workspace/checkpoint'], async input => await this.#workspace.checkpoint(input)),
      look: operation(
        sandboxOperations.look,
        async input => await looks.take(async () => await lookAtPage({ browser: this.#browser, pictures: this.#pictures }, input))
      )
    }
    const streams: Record<string, Address> = {
      exec: { method: 'POST', answer: async stream => await this.#execute(stream) },
      'files/watch': { method: 'POST', answer: async stream => await this.#watch(stream) },
      'workspace/populate': {
        method: 'POST',
        answer: async (stream, query) => {
          const target = checked(workspacePopulateQuerySchema, query)
          await this.#workspace.populate(target, bodyOf(stream))
          sendJson(stream, { commit: target.commit })
        }
      },
      'workspace/restore': {
        method: 'POST',
        answer: async (stream, query) => {
          const target = checked(workspaceRestoreQuerySchema, query)
          await this.#workspace.restore(target, bodyOf(stream))
          sendJson(stream, { commit: target.commit })
        }
      },
      'workspace/apply': {
        method: 'POST',
        answer: async (stream, query) => {
          const span = checked(workspaceApplyQuerySchema, query)
          await this.#workspace.apply(span, bodyOf(stream))
          sendJson(stream, { commit: span.to })
        }
      },
      'workspace/bundle': { method: 'POST', answer: async stream => await this.#sendBundle(stream) }
    }
    this.#addresses = new Map(Object.entries({ ...operations, ...streams }))
  }

  /** Answers one request; every failure becomes a problem. */
  async answer(stream: ServerHttp2Stream, headers: IncomingHttpHeaders): Promise<void> {
    try {
      if (headers[':method'] === 'CONNECT') await this.#connect(stream, headers[':authority'] ?? '')
      else await this.#route(stream, headers)
    } catch (error) {
      sendProblem(stream, headers, error)
    } finally {
      // What is left of a body that was refused is not kept.
      if (headers[':method'] !== 'CONNECT') stream.resume()
    }
  }

  /** Ends all that runs in the sandbox because of sandboxd. */
  close(): void {
    this.#disk.close()
    this.#browser.close()
    this.#groups.killAll()
  }

  async #route(stream: ServerHttp2Stream, headers: IncomingHttpHeaders): Promise<void> {
    const path = String(headers[':path'] ?? '')
    const url = URL.parse(path, 'http://sandbox')
    const name = url?.pathname.startsWith(PREFIX) ? url.pathname.slice(PREFIX.length) : ''
    const address = name.startsWith(PICTURES) ? this.#pictureAddress(name.slice(PICTURES.length)) : this.#addresses.get(name)
    if (url === null || address === undefined) {
      throw new FixpointError('not_found', `The sandbox has no address ${JSON.stringify(cutText(path, 200))}.`)
    }
    if (headers[':method'] !== address.method) throw new FixpointError('method_not_allowed', `This address takes ${address.method}.`)
    await address.answer(stream, Object.fromEntries(url.searchParams))
  }

  async #connect(stream: ServerHttp2Stream, authority: string): Promise<void> {
    const target = localTargetSchema.safeParse(authority)
    if (!target.success) {
      throw new FixpointError('not_found', `The sandbox has no target ${JSON.stringify(cutText(authority, 200))}.`)
    }
    if (target.data === 'terminal') this.#terminals.join(stream)
    else joinStream(stream, await (target.data === 'vscode' ? this.#vsCode : this.#devServer).connect())
  }

  async #execute(stream: ServerHttp2Stream): Promise<void> {
    const input = await readJson(stream, execInputSchema)
    const gone = new AbortController()
    const onClose = () => gone.abort()
    stream.once('close', onClose)
    if (stream.closed) onClose()
    await executeCommand({ root: this.#root, groups: this.#groups, disk: this.#disk }, input, gone.signal, frame => {
      if (stream.closed) return
      if (!stream.headersSent) stream.respond({ ':status': 200, 'content-type': 'application/x-ndjson' })
      stream.write(`${JSON.stringify(frame)}\n`)
    })
    stream.off('close', onClose)
    stream.end()
  }

  async #watch(stream: ServerHttp2Stream): Promise<void> {
    let hasMissed = false
    const tell = (changes: FileChanges) => {
      if (stream.closed || stream.destroyed) return
      // Nobody reads: what is missed is told as such when somebody does.
      if (stream.writableLength > MOST_UNREAD_BYTES) hasMissed = true
      else stream.write(`${JSON.stringify(changes)}\n`)
    }
    stream.respond({ ':status': 200, 'content-type': 'application/x-ndjson' })
    stream.on('drain', () => {
      if (!hasMissed) return
      hasMissed = false
      tell({ kind: 'lost' })
    })
    const stop = await watchFiles({ folder: this.#root.folder, codeServer: this.#codeServer }, tell)
    if (stream.closed || stream.destroyed) await stop()
    else stream.once('close', () => stop().catch((error: unknown) => process.stderr.write(`sandboxd: watching: ${String(error)}\n`)))
  }

  async #sendBundle(stream: ServerHttp2Stream): Promise<void> {
    const bundle = await this.#workspace.bundle(await readJson(stream, workspaceBundleInputSchema))
    if (bundle === undefined) {
      stream.respond({ ':status': 204 }, { endStream: true })
      return
    }
    stream.respond({ ':status': 200, 'content-type': 'application/x-git-bundle' })
    // Ended only when git has succeeded: before that the stream could still be broken off.
    await Promise.all([pipeline(bundle.stdout, stream, { end: false }), bundle.finished])
    stream.end()
  }

  #pictureAddress(pictureId: string): Address {
    return {
      method: 'GET',
      answer: async stream => {
        const picture = this.#pictures.get(pictureId)
        if (picture === undefined)
          throw new FixpointError('not_found', 'There is no such picture; it was fetched or given up for newer ones.')
        stream.respond({ ':status': 200, 'content-type': 'image/png', 'content-length': picture.length })
        stream.end(picture)
        stream.once('close', () => {
          if (stream.rstCode === http2.NGHTTP2_NO_ERROR) this.#pictures.remove(pictureId)
        })
      }
    }
  }
}

/** An address that takes one JSON value and gives one. */
function operation<Input extends z.ZodType, Output extends z.ZodType>(
  { input, output }: { input: Input; output: Output },
  handle: (input: z.output<Input>) => Promise<z.input<Output>>
): Address {
  return {
    method: 'POST',
    answer: async stream => sendJson(stream, output.parse(await handle(await readJson(stream, input))))
  }
}
