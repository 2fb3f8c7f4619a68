import { Console } from 'node:console'
import { Duplex } from 'node:stream'

const USAGE = 'usage: sandboxd serve | egress\n'

// Standard output is the connection; a line of text in it would break it.
globalThis.console = new Console(process.stderr, process.stderr)
// Commands such as `pkill node` are common in development; the sandbox should survive them.
process.title = 'fixpoint-sandboxd'

switch (process.argv[2]) {
  case 'serve': {
    const { serve } = await import('./serve.ts')
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => process.stdin.destroy())
    await serve(Duplex.from({ readable: process.stdin, writable: process.stdout }), {
      workspace: process.env['FIXPOINT_WORKSPACE'] ?? '/workspace',
      chromium: '/usr/bin/chromium',
      codeServer: '/opt/fixpoint/vscode',
      environment: process.env
    })
    process.exit(0)
    break
  }
  case 'egress': {
    const { runEgress } = await import('./egress.ts')
    await runEgress({ input: process.stdin, output: process.stdout })
    process.exit(0)
    break
  }
  default:
    process.stderr.write(USAGE)
    process.exit(2)
}
