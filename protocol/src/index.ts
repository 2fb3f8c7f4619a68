export * from './bug-report.ts'
export * from './class-parts.ts'
export * from './client.ts'
export * from './describe-context.ts'
export * from './errors.ts'
export * from './events.ts'
export * from './extension-id.ts'
export * from './geometry.ts'
export * from './http-api.ts'
export * from './ids.ts'
export * from './markdown.ts'
export * from './page-context.ts'
export { PAGE_CONTEXT_LIMITS } from './page-context-limits.ts'
export * from './people.ts'
export * from './proof.ts'
export * from './protocol-version.ts'
export * from './realtime.ts'
export {
  type ConsoleEntry,
  consoleEntrySchema,
  EDITOR_FILE_LIMITS,
  type EgressDecision,
  egressDecisionSchema,
  type FailedRequest,
  type FileChange,
  type FileChanges,
  type FileStat,
  type FolderListing,
  failedRequestSchema,
  fileChangeSchema,
  stylesSchema
} from './sandbox/index.ts'
export * from './session.ts'
export * from './session-link.ts'
export * from './session-verdict.ts'
export * from './steps.ts'
export * from './style-properties.ts'
export * from './terminal.ts'
export * from './text.ts'
export * from './tokens.ts'
export * from './workspace-api.ts'
