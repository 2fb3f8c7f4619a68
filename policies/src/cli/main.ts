#!/usr/bin/env node
import { resolve } from 'node:path'
import { FixpointError } from '@fixpoint/protocol'
import { Command, CommanderError, Option } from 'commander'
import { doctorCommand } from './doctor-command.ts'
import { generateCommand } from './generate-command.ts'
import { lintCommand } from './lint-command.ts'
import { createTerminal, EXIT, type Terminal } from './terminal.ts'

// npm runs scripts in the package's folder; people mean paths from where they are.
const folder = process.env['INIT_CWD'] ?? process.cwd()
const fromHere = (path: string) => (path === '-' ? '/dev/stdin' : resolve(folder, path))

const program = new Command('policies')
  .description('Policy files for managed browsers: written from one configuration, and read back with what is wrong in them.')
  .showHelpAfterError('(policies --help shows what there is)')
  .exitOverride()
  .addHelpText(
    'before',
    `Examples:
  policies generate --config fixpoint-policies.json --out dist/policies
  policies lint dist/policies --config fixpoint-policies.json
  policies lint /etc/opt/chrome/policies/managed --json
`
  )
  .addHelpText(
    'after',
    '\nExit codes: 0 done, 1 something is wrong or differs, 2 the command line, the configuration or a path is not valid.'
  )

/** What the person has to correct on the command line or in the configuration. */
const USAGE_CODES: ReadonlySet<string> = new Set(['config_invalid', 'file_not_found', 'file_not_accessible', 'not_a_regular_file'])

async function perform(isJson: boolean, action: (terminal: Terminal) => Promise<number>): Promise<void> {
  const terminal = createTerminal(isJson)
  try {
    process.exitCode = await action(terminal)
  } catch (thrown) {
    if (!(thrown instanceof FixpointError)) throw thrown
    terminal.fail(thrown.toFailure())
    process.exitCode = USAGE_CODES.has(thrown.code) ? EXIT.usage : EXIT.failure
  }
}

program
  .command('generate')
  .description('write the files of all platforms, in a folder for each group')
  .requiredOption('--config <file>', 'the configuration')
  .requiredOption('--out <folder>', 'where the files go')
  .option('--check', 'write nothing; end with 1 where a file differs', false)
  .option('--json', 'answer as JSON on standard output', false)
  .action((options: { config: string; out: string; check: boolean; json: boolean }) =>
    perform(options.json, terminal =>
      generateCommand({ ...options, config: fromHere(options.config), out: fromHere(options.out) }, terminal)
    )
  )

program
  .command('lint')
  .description('say what is wrong in policy files, with line and column')
  .argument('<files...>', 'policy files of any format, or folders')
  .option('--config <file>', 'the configuration that they must agree with')
  .option('--crx <file>', 'the released CRX; the key in it gives the id')
  .addOption(new Option('--manifest <file>', 'the manifest.json of an extension; its key gives the id').conflicts('crx'))
  .option('--json', 'answer as JSON on standard output', false)
  .action((files: string[], options: { config?: string; manifest?: string; crx?: string; json: boolean }) =>
    perform(options.json, terminal =>
      lintCommand(
        files.map(fromHere),
        {
          json: options.json,
          platform: process.platform,
          ...(options.config === undefined ? {} : { config: fromHere(options.config) }),
          ...(options.manifest === undefined ? {} : { manifest: fromHere(options.manifest) }),
          ...(options.crx === undefined ? {} : { crx: fromHere(options.crx) })
        },
        terminal
      )
    )
  )

program
  .command('doctor')
  .description('say whether browsers of this machine will do what the policies say')
  .option('--dsregcmd <file>', 'saved output of `dsregcmd /status` of a Windows machine; - reads it from standard input')
  .option('--json', 'answer as JSON on standard output', false)
  .action((options: { dsregcmd?: string; json: boolean }) =>
    perform(options.json, terminal =>
      doctorCommand(
        {
          json: options.json,
          platform: process.platform,
          root: '/',
          ...(options.dsregcmd === undefined ? {} : { dsregcmd: fromHere(options.dsregcmd) })
        },
        terminal
      )
    )
  )

// A reader that has gone, as in `policies lint … | head -1`, is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(EXIT.ok)
  throw error
})

try {
  await program.parseAsync()
} catch (error) {
  if (!(error instanceof CommanderError)) throw error
  process.exitCode = error.exitCode === 0 ? EXIT.ok : EXIT.usage
}
