import { maskingSchema } from '@fixpoint/protocol'
import { allowedHostSchema } from '@fixpoint/protocol/sandbox'
import { z } from 'zod'

const originSchema = z
  .url({ protocol: /^https?$/ })
  .refine(text => new URL(text).origin === text.replace(/\/$/, ''), 'must be an origin: scheme, host and port, without a path')
  .transform(text => new URL(text).origin)

const relativeFolderSchema = z
  .string()
  .regex(/^(?!\/)(?!.*(^|\/)\.\.(\/|$))[^\0\\]*$/, 'must be a folder inside the repository')
  .default('.')

const commandSchema = z.string().trim().min(1).max(2_000)

/**
 * A project: a repository and how to run it. It is configuration of the server; nothing that a page, a person in the panel or a
 * model says can add one or change one.
 */
export const projectConfigSchema = z.strictObject({
  projectId: z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'must be lower-case letters, digits and dashes'),
  name: z.string().trim().min(1).max(100),
  /** Where people see the app, exactly: `http://localhost:5173`, `https://staging.example.com`. */
  origins: z.array(originSchema).min(1),
  /** `https://host/owner/name`, or a bare repository on the server's own disk. */
  repository: z.union([z.string().min(1).max(5_000), z.strictObject({ path: z.string().startsWith('/', 'must be an absolute path') })]),
  /** The branch that work starts from; the remote's default branch where it is not given. */
  branch: z.string().max(250).optional(),
  /** The app's folder in the repository. */
  subfolder: relativeFolderSchema,
  install: z
    .strictObject({
      /** Run once for each commit of the branch, before any session starts. */
      command: commandSchema,
      timeoutSeconds: z.number().int().min(1).max(3_600).default(900),
      /** Reachable during the installation only; `npm-registry` stands for the registry that this machine's npm uses. */
      allowedHosts: z.array(allowedHostSchema).default(['npm-registry']),
      environment: z.record(z.string(), z.string()).default({})
    })
    .optional(),
  dev: z.strictObject({
    command: commandSchema,
    port: z.number().int().min(1_024).max(65_535),
    /** Answers with a status below 500 once the app is ready. */
    readyPath: z.string().startsWith('/').default('/'),
    timeoutSeconds: z.number().int().min(1).max(600).default(60),
    environment: z.record(z.string(), z.string()).default({})
  }),
  checks: z
    .array(
      z.strictObject({
        name: z.string().trim().min(1).max(60),
        command: commandSchema,
        timeoutSeconds: z.number().int().min(1).max(3_600).default(300)
      })
    )
    .max(20)
    .default([]),
  /** What sandboxes may reach while the agent works. Empty: nothing. */
  allowedHosts: z.array(allowedHostSchema).default([]),
  /** Globs of files that run with more rights elsewhere; a change to them waits for a person's confirmation. Added to the built-in list. */
  protectedPaths: z.array(z.string().min(1).max(300)).default([]),
  suggestions: z.array(z.string().min(1).max(200)).max(6).default([]),
  /** What is private on the project's pages, handed to the extension. */
  masking: maskingSchema.prefault({})
})
export type ProjectConfig = z.infer<typeof projectConfigSchema>
