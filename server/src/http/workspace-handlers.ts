import type { Logger } from '../observe/logger.ts'
import { sendFileChanges } from '../realtime/file-change-stream.ts'
import type { Visitor, WorkspaceFiles } from '../workspace/workspace-files.ts'
import type { CallContext, Handlers } from './route-binding.ts'

interface WorkspaceParts {
  workspaceFiles: WorkspaceFiles
  logger: Logger
}

type WorkspaceRoute = Extract<keyof Handlers, `${string}Workspace${string}`>

/** What the routes do by which an editor on a person's machine works on a session's files. */
export function workspaceHandlers({ workspaceFiles: files, logger }: WorkspaceParts): Pick<Handlers, WorkspaceRoute> {
  const visitor = ({ sessionId }: { sessionId: string }, { caller, signal }: CallContext): Visitor => ({
    sessionId,
    person: caller.person,
    signal
  })
  return {
    listWorkspace: async ({ params, query }, context) => await files.look(visitor(params, context), 'files/tree', query),
    statWorkspaceFile: async ({ params, query }, context) => await files.look(visitor(params, context), 'files/stat', query),
    findWorkspaceFiles: async ({ params, query }, context) => await files.look(visitor(params, context), 'files/list', query),
    searchWorkspace: async ({ params, query }, context) => await files.look(visitor(params, context), 'files/search', query),

    readWorkspaceFile: async ({ params, query }, context) => {
      const bytes = await files.read(visitor(params, context), query.path)
      // Whatever it looks like, no browser shows it as a page of this server's.
      context.response.setHeader('Content-Security-Policy', "default-src 'none'; sandbox")
      context.response.setHeader('Content-Disposition', 'attachment')
      context.response.setHeader('X-Content-Type-Options', 'nosniff')
      context.response.setHeader('Cache-Control', 'no-store')
      context.response.type('application/octet-stream').send(bytes)
    },
    writeWorkspaceFile: async ({ params, query, body }, context) =>
      await files.write(visitor(params, context), { ...query, bytes: body.bytes }),
    makeWorkspaceFolder: async ({ params, body }, context) => await files.makeFolder(visitor(params, context), body.path),
    renameWorkspaceFile: async ({ params, body }, context) => await files.rename(visitor(params, context), body),
    removeWorkspaceFile: async ({ params, query }, context) => ({ seq: await files.remove(visitor(params, context), query) }),

    watchWorkspace: async ({ params }, context) => {
      const { response, signal, checkAccess } = context
      await sendFileChanges({
        watch: over => files.watch({ ...visitor(params, context), signal: over }),
        response,
        signal,
        checkAccess,
        logger
      })
    }
  }
}
