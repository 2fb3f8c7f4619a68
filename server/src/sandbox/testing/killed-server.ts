/**
 * A server that prepares a project and starts a command in a sandbox, to be killed meanwhile. Run by its test as a process of its
 * own: `node killed-server.ts <instance> <session> <image> <commit> <bundle> <command> <install command or nothing>`; prints what
 * the commands print.
 */
import { createReadStream } from 'node:fs'
import Docker from 'dockerode'
import { systemEdges } from '../../edges.ts'
import { createSandboxDriver } from '../driver.ts'
import { systemNetwork } from '../network.ts'
import { defaultSandboxSettings } from '../settings.ts'

const [instanceId = '', sessionId = '', image = '', commit = '', bundleFile = '', command = '', install = ''] = process.argv.slice(2)
const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }
const settings = { ...defaultSandboxSettings, preparedPerProject: 0, instanceId, image }
const driver = createSandboxDriver({ docker: new Docker(), settings, logger: silent, network: systemNetwork, edges: systemEdges })
const prepared = await driver.prepare({
  projectId: 'project',
  commit,
  branch: 'main',
  bundle: async () => createReadStream(bundleFile),
  ...(install !== '' && { install: { command: install, cwd: '.', timeoutMs: 600_000, allowedHosts: [], environment: {} } }),
  onOutput: text => process.stdout.write(text)
})
const sandbox = await driver.open({ sessionId, prepared, allowedHosts: [], onEgress: () => undefined })
await sandbox.exec({ command, timeoutMs: 600_000 }, { onOutput: (_stream, text) => process.stdout.write(text) })
