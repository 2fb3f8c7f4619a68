/** The smallest project that is one: a page, a server for it without packages, a check; made anew as a bare repository. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

const PAGE = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Tiny</title><link rel="icon" href="data:,"><link rel="stylesheet" href="/style.css"></head>
<body><h1>Tiny shop</h1><p class="price" data-testid="price">12 €</p><p class="note">free shipping</p></body></html>
`

const SERVER = `import { createServer } from 'node:http'
import { readFile } from 'node:fs/promises'
const types = { html: 'text/html', css: 'text/css' }
createServer(async (request, response) => {
  const name = request.url.split('?')[0] === '/' ? 'index.html' : request.url.slice(1).split('?')[0]
  try {
    const body = await readFile(name)
    response.writeHead(200, { 'content-type': types[name.split('.').at(-1)] ?? 'text/plain' }).end(body)
  } catch {
    response.writeHead(404).end('no such page')
  }
}).listen(Number(process.env.PORT ?? 4173), '127.0.0.1')
`

export const TINY_FILES: Readonly<Record<string, string>> = {
  'index.html': PAGE,
  'style.css': 'body { font: 16px sans-serif; margin: 40px }\n.price { color: rgb(200, 0, 0); margin-left: 30px }\n',
  'server.js': SERVER,
  'package.json': '{ "name": "tiny", "private": true, "type": "module" }\n',
  'check.sh': 'grep -q price style.css\n',
  'AGENTS.md': 'Write CSS colours as rgb().\n'
}

export interface TinyProject {
  folder: string
  /** The bare repository. */
  repository: string
  /** Its entry in fixpoint.config. */
  config: Record<string, unknown>
  git(...args: string[]): string
  remove(): void
}

export const TINY_ORIGIN = 'http://tiny.test'

export function makeTinyProject({
  files = TINY_FILES,
  config = {}
}: {
  files?: Readonly<Record<string, string>>
  config?: Record<string, unknown>
} = {}): TinyProject {
  const folder = mkdtempSync(join(tmpdir(), 'fixpoint-tiny-'))
  const work = join(folder, 'work')
  const repository = join(folder, 'acme', 'tiny.git')
  mkdirSync(work)
  mkdirSync(dirname(repository))
  const run = (cwd: string, args: string[]) =>
    execFileSync('git', ['-c', 'user.name=Dev', '-c', 'user.email=dev@example.com', '-c', 'init.defaultBranch=main', ...args], {
      cwd,
      encoding: 'utf8'
    }).trim()
  run(work, ['init', '--quiet'])
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(work, name)), { recursive: true })
    writeFileSync(join(work, name), content)
  }
  if (Object.keys(files).length > 0) {
    run(work, ['add', '--all'])
    run(work, ['commit', '--quiet', '--message', 'Tiny'])
  }
  run(folder, ['clone', '--quiet', '--bare', work, repository])
  return {
    folder,
    repository,
    config: {
      projectId: 'tiny',
      name: 'Tiny',
      origins: [TINY_ORIGIN],
      repository: { path: repository },
      dev: { command: 'node server.js', port: 4_173, timeoutSeconds: 20 },
      checks: [{ name: 'Check', command: 'sh check.sh' }],
      ...config
    },
    git: (...args) => run(repository, args),
    remove: () => rmSync(folder, { recursive: true, force: true })
  }
}
