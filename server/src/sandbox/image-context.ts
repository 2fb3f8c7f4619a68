import { createHash, type Hash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { chmod, cp, mkdir, open, readdir, readFile, realpath, stat, writeFile } from 'node:fs/promises'
import { basename, join, relative, sep } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { FixpointError } from '@fixpoint/protocol'
import { elfArchitecture } from './elf.ts'
import { isLeftOutOfVsCode, LEFT_OUT_OF_VSCODE } from './vscode-parts.ts'

/** Where the parts of the image are on this machine. */
export interface ImageParts {
  /** The folder `sandbox/image`. */
  imageFolder: string
  /** The folder with the built `sandboxd.mjs`; everything in it goes into the image. */
  sandboxdFolder: string
  /** A Node 24 program for the engine's architecture, which need not be this machine's. */
  nodeBinary: string
  /** The folder of the npm package. */
  npmFolder: string
  /** The folder of the playwright-core package that sandboxd was written against. */
  playwrightCoreFolder: string
  /** The folder of the code-server package, with VS Code's own packages in it. */
  codeServerFolder: string
  /** The folder with the built companion extension; everything in it goes into the image. */
  companionFolder: string
}

/** What of this machine's network goes into the image. */
export interface ImageNetwork {
  /** Debian sources in sources.list(5)'s form; empty leaves those of the base image. */
  aptSources: string
  /** Settings of apt that the sources need. */
  aptSettings: string
  /** Certificates in PEM; empty leaves those of the base image. */
  caBundle: string
}

export interface ImageContent {
  parts: ImageParts
  network: ImageNetwork
  /** The base image as it was asked for. */
  base: string
}

/** A hash that changes when anything does that the image is made from. Packages are known by name and version. */
export async function hashContent({ parts, network, base }: ImageContent): Promise<string> {
  const hash = createHash('sha256')
  hash.update(JSON.stringify([base, network]))
  for (const folder of [parts.imageFolder, parts.sandboxdFolder]) {
    for (const name of await filesIn(folder)) await addFile(hash, join(folder, name))
  }
  for (const name of await filesBelow(parts.companionFolder)) await addFile(hash, join(parts.companionFolder, name))
  await addFile(hash, parts.nodeBinary)
  hash.update(JSON.stringify(LEFT_OUT_OF_VSCODE))
  for (const folder of [parts.npmFolder, parts.playwrightCoreFolder, parts.codeServerFolder])
    await addFile(hash, join(folder, 'package.json'))
  return hash.digest('hex').slice(0, 16)
}

async function addFile(hash: Hash, path: string): Promise<void> {
  const { size } = await stat(path)
  hash.update(`\n${basename(path)} ${size}\n`)
  await pipeline(createReadStream(path, { highWaterMark: 1024 * 1024 }), async chunks => {
    for await (const chunk of chunks) hash.update(chunk)
  })
}

/** Names of the regular files of a folder, sorted; subfolders hold nothing that goes into the image. */
async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true })
  return entries
    .filter(entry => entry.isFile())
    .map(entry => entry.name)
    .sort()
}

/** Paths of the regular files of a folder and those within it, sorted. */
async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  return entries
    .filter(entry => entry.isFile())
    .map(entry => relative(folder, join(entry.parentPath, entry.name)))
    .sort()
}

/**
 * Lays out the build context that the Dockerfile describes.
 * @throws FixpointError `image_missing` where a part is missing or the Node program is for another architecture.
 */
export async function layOutContext(folder: string, { parts, network }: ImageContent, architecture: string): Promise<void> {
  await requireNodeFor(parts.nodeBinary, architecture)
  for (const name of ['node', 'opt/node_modules', 'apt', 'ca']) await mkdir(join(folder, name), { recursive: true })
  await copy(join(parts.imageFolder, 'Dockerfile'), join(folder, 'Dockerfile'))
  await copy(join(parts.imageFolder, 'launch.mjs'), join(folder, 'opt/launch.mjs'))
  for (const name of await filesIn(parts.sandboxdFolder)) await copy(join(parts.sandboxdFolder, name), join(folder, 'opt', name))
  await copy(parts.nodeBinary, join(folder, 'node/node'))
  await copy(parts.npmFolder, join(folder, 'npm'))
  await copy(parts.playwrightCoreFolder, join(folder, 'opt/node_modules/playwright-core'))
  await copy(parts.companionFolder, join(folder, 'companion'))
  await copyCodeServer(parts, join(folder, 'vscode'), architecture)
  await writeFile(join(folder, 'apt/fixpoint.list'), network.aptSources)
  await writeFile(join(folder, 'apt/fixpoint.conf'), network.aptSettings)
  await writeFile(join(folder, 'ca/bundle.crt'), network.caBundle)
  await makeReadable(folder)
}

async function copyCodeServer({ codeServerFolder, imageFolder }: ImageParts, to: string, architecture: string): Promise<void> {
  const from = await realpath(codeServerFolder).catch(() => codeServerFolder)
  await copy(from, to, path => !isLeftOutOfVsCode(relative(from, path).split(sep).join('/'), architecture))
  // Its dependencies: npm puts them beside it, not into it.
  await copy(join(from, '..'), join(to, 'node_modules'), path => {
    const inner = relative(join(from, '..'), path)
    return inner !== 'code-server' && inner !== '.bin' && inner !== '.package-lock.json'
  })
  for (const name of ['spdlog', 'native-watchdog']) {
    await copy(join(imageFolder, `${name}.cjs`), join(to, `lib/vscode/node_modules/@vscode/${name}/index.js`))
  }
}

async function copy(from: string, to: string, filter: (path: string) => boolean = () => true): Promise<void> {
  try {
    // Packages are often links into a store: what they lead to is what is copied.
    await cp(await realpath(from), to, { recursive: true, dereference: true, filter })
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error) || error.code !== 'ENOENT') throw error
    throw new FixpointError('image_missing', `The sandbox image cannot be built: ${from} is not there.`, { cause: error })
  }
}

/** Another user reads these files in the sandbox, whatever this machine's file mode mask is. */
async function makeReadable(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name)
    const { mode } = await stat(path)
    await chmod(path, mode | (entry.isDirectory() || (mode & 0o100) !== 0 ? 0o555 : 0o444))
  }
}

async function requireNodeFor(nodeBinary: string, architecture: string): Promise<void> {
  const file = await open(nodeBinary).catch((error: unknown) => {
    throw new FixpointError('image_missing', `The sandbox image cannot be built: there is no Node at ${nodeBinary}.`, { cause: error })
  })
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(20), 0, 20, 0)
    const found = elfArchitecture(buffer.subarray(0, bytesRead))
    if (found === architecture) return
    throw new FixpointError(
      'image_missing',
      `The sandbox image cannot be built: the engine needs Node for Linux on ${architecture}, and ${nodeBinary} is for ${found ?? 'another system'}.`,
      { hint: `Install the npm package node-linux-${architecture === 'amd64' ? 'x64' : architecture} in version 24 and name its program.` }
    )
  } finally {
    await file.close()
  }
}

/** @returns the text of a file, or nothing where it is not there or cannot be read by this user. */
export async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'EACCES' || error.code === 'ENOTDIR'))
      return undefined
    throw error
  }
}
