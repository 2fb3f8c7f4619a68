import { z } from 'zod'

/** What `vscode/start` takes: how it looks where the person has no say of their own in the browser. */
export const vsCodeStart = {
  /** `theme`: what the person chose; absent where nobody is there who could say, and then what was chosen last stays. */
  input: z.object({ theme: z.enum(['system', 'light', 'dark']).optional() }),
  /** Answers when it takes connections, at once if it does so already. Fails with `vscode_not_ready`, its output in the message. */
  output: z.object({ alreadyRunning: z.boolean(), readyMs: z.number() })
}

/**
 * What can be reached in the sandbox, by name: `CONNECT` with one of these as authority joins the stream with it. There are no
 * numbers of ports in it, so none can be chosen: `vscode` is VS Code's socket, `dev-server` the port that the dev server was
 * started with. `terminal` starts a shell, which ends with the stream; what goes over it is said in terminal-frames.ts.
 */
export const localTargetSchema = z.enum(['vscode', 'dev-server', 'terminal'])
export type LocalTarget = z.infer<typeof localTargetSchema>
