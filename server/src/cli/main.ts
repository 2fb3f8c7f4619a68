#!/usr/bin/env node
import { rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { FixpointError, stripControls } from '@fixpoint/protocol'
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander'
import { asFixpointError } from '../as-fixpoint-error.ts'
import { serverVersion } from '../version.ts'
import { ADDRESS_FILE, connect } from './connection.ts'
import { EXIT, exitCodeOf, exitRows } from './exit-codes.ts'
import { runCommand } from './run-command.ts'
import {
  clientsCommand,
  disconnectCommand,
  listCommand,
  pairCommand,
  pullRequestCommand,
  showCommand,
  stopCommand
} from './session-commands.ts'
import { createTerminal, type Terminal } from './terminal.ts'
import { acceptCommand, undoCommand } from './undo-command.ts'

interface SharedOptions {
  server?: string
  token?: string
  json?: boolean
  quiet?: boolean
}

const environment = process.env
// npm runs scripts in the package's folder; people mean paths from where they are.
const folder = environment['INIT_CWD'] ?? process.cwd()

const program = new Command('fixpoint')
  .description('Point at something on a web page, say what is wrong, get it fixed with proof.')
  .version(await serverVersion(), '-V, --version')
  .showHelpAfterError('(fixpoint --help shows what there is)')
  .configureHelp({ sortSubcommands: false, showGlobalOptions: true })
  .exitOverride()
  .addHelpText(
    'before',
    `Examples:
  fixpoint run "Line this price up with the others" --url http://localhost:5173/ --select '.price' --wait
  fixpoint sessions
  fixpoint show ses_01k8 --json
  fixpoint pr ses_01k8
`
  )
  .addHelpText(
    'after',
    `
Exit codes:
${exitRows()
  .map(({ status, meaning }) => `${String(status).padStart(5)}  ${meaning}`)
  .join('\n')}

Settings: flags go before FIXPOINT_SERVER, FIXPOINT_TOKEN and FIXPOINT_DATA, those before fixpoint.config.`
  )

/** A command that talks to a server. */
function clientCommand(name: string, description: string): Command {
  return program
    .command(name)
    .description(description)
    .option('--server <url>', 'address of the server (FIXPOINT_SERVER)')
    .option('--token <token>', 'access token (FIXPOINT_TOKEN)')
    .option('--json', 'answer as JSON on standard output')
    .option('-q, --quiet', 'no progress on standard error')
}

async function perform(options: SharedOptions, action: (terminal: Terminal) => Promise<number>): Promise<void> {
  const terminal = createTerminal({ isJson: options.json ?? false, isQuiet: options.quiet ?? false })
  try {
    process.exitCode = await action(terminal)
  } catch (thrown) {
    const error = asFixpointError(thrown)
    terminal.fail(error.toFailure())
    if (error.code === 'internal' && environment['FIXPOINT_LOG_LEVEL'] === 'debug') console.error(thrown)
    process.exitCode = exitCodeOf(error.code)
  }
}

const toConnection = (options: SharedOptions) => connect(options, environment, folder)

function parseSize(text: string): { width: number; height: number } {
  const [, width, height] = /^(\d{2,4})[x×](\d{2,4})$/.exec(text) ?? []
  if (width === undefined || height === undefined) throw new InvalidArgumentError('Use WIDTHxHEIGHT, for example 1280x800.')
  return { width: Number(width), height: Number(height) }
}

function parseSeconds(text: string): number {
  const seconds = Number(text)
  if (!(seconds > 0)) throw new InvalidArgumentError('Use a number of seconds above 0.')
  return seconds
}

clientCommand('run', 'say what is wrong; with --wait until it is fixed and proven')
  .argument('<prompt>', 'what is wrong; - reads it from standard input')
  .option('--project <id>', 'the project; found by --url where it is not given')
  .option('--session <id>', 'go on in this session')
  .option('--url <url>', 'the page')
  .option(
    '--select <css>',
    'an element on the page; may be given several times',
    (css: string, all: string[]) => [...all, css],
    [] as string[]
  )
  .addOption(new Option('--viewport <size>', 'size of the window').argParser(parseSize).default({ width: 1280, height: 800 }, '1280x800'))
  .addOption(new Option('--color-scheme <scheme>', 'colour scheme of the page').choices(['light', 'dark']).default('light'))
  .option('--wait', 'wait for the end and show what goes on', false)
  .option('--timeout <seconds>', 'wait no longer than this', parseSeconds)
  .option('--require-verified', 'exit with 5 unless the proof is verified', false)
  .action((prompt: string, options) =>
    perform(options, async terminal =>
      runCommand(
        prompt,
        { ...options, json: options.json ?? false, timeoutSeconds: options.timeout },
        await toConnection(options),
        terminal
      )
    )
  )

clientCommand('sessions', 'list sessions, the last changed first')
  .option('--project <id>', 'only those of this project')
  .action(options =>
    perform(options, async terminal => listCommand({ ...options, json: options.json ?? false }, await toConnection(options), terminal))
  )

clientCommand('show', 'show a session')
  .argument('<session>', 'its id, or the beginning of it')
  .option('--events', 'the raw log, one JSON value a line', false)
  .option('--wait', 'go on showing what happens until nothing runs any more', false)
  .action((session: string, options) =>
    perform(options, async terminal =>
      showCommand(session, { ...options, json: options.json ?? false }, await toConnection(options), terminal)
    )
  )

clientCommand('stop', 'stop the running turn of a session')
  .argument('<session>', 'its id, or the beginning of it')
  .action((session: string, options) => perform(options, async terminal => stopCommand(session, await toConnection(options), terminal)))

clientCommand('undo', 'put back the files that a turn of a session changed')
  .argument('<session>', 'its id, or the beginning of it')
  .option('--turn <id>', 'the turn; the last one that changed files where it is not given')
  .option('--all', 'all turns that were not accepted', false)
  .option('--leave-changed', 'leave files as they are that were changed since, and put back the others', false)
  .action((session: string, options) =>
    perform(options, async terminal =>
      undoCommand(session, { ...options, json: options.json ?? false }, await toConnection(options), terminal)
    )
  )

clientCommand('accept', 'take the work of a session’s turns, so that `undo --all` leaves it alone')
  .argument('<session>', 'its id, or the beginning of it')
  .action((session: string, options) => perform(options, async terminal => acceptCommand(session, await toConnection(options), terminal)))

clientCommand('pr', 'push a session’s branch and open the pull request')
  .argument('<session>', 'its id, or the beginning of it')
  .option('--title <title>', 'title; the first prompt where it is not given')
  .option('--confirm-protected-paths', 'the changes to files that run with more rights have been looked at', false)
  .action((session: string, options) =>
    perform(options, async terminal =>
      pullRequestCommand(session, { ...options, json: options.json ?? false }, await toConnection(options), terminal)
    )
  )

clientCommand('pair', 'print a link that connects the extension').action(options =>
  perform(options, async terminal => pairCommand({ json: options.json ?? false }, await toConnection(options), terminal))
)

clientCommand('clients', 'list what is connected in your name').action(options =>
  perform(options, async terminal => clientsCommand({ json: options.json ?? false }, await toConnection(options), terminal))
)

clientCommand('disconnect', 'end a client’s access')
  .argument('<client>', 'its id, as `fixpoint clients` gives it')
  .action((client: string, options) => perform(options, async terminal => disconnectCommand(client, await toConnection(options), terminal)))

program
  .command('doctor')
  .description('check what the server needs on this machine')
  .option('--json', 'answer as JSON on standard output')
  .action(options =>
    perform(options, async terminal => {
      const { doctorCommand } = await import('./doctor-command.ts')
      return await doctorCommand({ json: options.json ?? false, environment, folder }, terminal)
    })
  )

program
  .command('image')
  .description('build the sandbox image, if it is not there')
  .requiredOption('--node <path>', 'a Node 24 program for Linux')
  .requiredOption('--npm <folder>', 'the folder of the npm package')
  .requiredOption('--code-server <folder>', 'the folder of the code-server package')
  .option('--log <file>', 'where the build’s output goes', 'sandbox-image.log')
  .option('--prune', 'also remove the images of earlier versions')
  .action(options =>
    perform(options, async terminal => {
      const { imageCommand } = await import('./image-command.ts')
      return await imageCommand(options, environment, terminal)
    })
  )

let isServing = false

program
  .command('serve')
  .description('run the server')
  .action(options =>
    perform(options, async terminal => {
      const [{ serve }, { loadConfig }] = await Promise.all([import('../serve.ts'), import('../config/load-config.ts')])
      const loaded = await loadConfig(environment, folder)
      const image = environment['FIXPOINT_SANDBOX_IMAGE'] ?? 'fixpoint-sandbox:current'
      const onProjectFault = (projectId: string, { message, hint }: FixpointError) =>
        // On standard output, where nothing else is written: `npm start` shows it.
        terminal.answer(stripControls(`The project “${projectId}” cannot be prepared: ${message}${hint ? `\n→ ${hint}` : ''}`))
      isServing = true
      const server = await serve({ ...loaded, image, onProjectFault })
      // At one stroke: whoever waits for the file reads it as soon as it is there.
      const addressFile = join(loaded.dataFolder, ADDRESS_FILE)
      await writeFile(`${addressFile}.new`, `${JSON.stringify({ url: server.url })}\n`)
      await rename(`${addressFile}.new`, addressFile)
      if (loaded.config.model.provider === 'demo')
        terminal.say('No model key is set: using the scripted demo model, which fixes three of the demo shop’s bugs.')
      terminal.say(`Fixpoint is running at ${server.url}`)
      await untilTold()
      await server.close()
      return EXIT.ok
    })
  )

/** Resolves at the first SIGINT or SIGTERM; a second one ends the process at once. */
function untilTold(): Promise<void> {
  return new Promise(resolve => {
    let isTold = false
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.on(signal, () => {
        if (isTold) process.exit(EXIT.interrupted)
        isTold = true
        resolve()
      })
    }
  })
}

// A reader that has gone, as in `fixpoint sessions | head -1`, is no failure, and no reason for a server to end.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE' && isServing) return
  if (error.code === 'EPIPE') process.exit(EXIT.ok)
  throw error
})

try {
  await program.parseAsync()
} catch (error) {
  if (!(error instanceof CommanderError)) throw error
  process.exitCode = error.exitCode === 0 ? EXIT.ok : EXIT.usage
}

if (process.exitCode === undefined) throw new FixpointError('internal', 'The command ended without a result.')
process.exit()
