import { SANDBOX_PROXY_PORT } from '@fixpoint/protocol/sandbox'
import type { ContainerCreateOptions, MountSettings } from 'dockerode'
import { LABELS, type Purpose } from './names.ts'
import { seccompProfile } from './seccomp.ts'
import type { SandboxSettings } from './settings.ts'

/** The user that everything in a sandbox runs as; made in the image. */
const SANDBOX_USER = '10001:10001'
export const WORKSPACE = '/workspace'
/** Mounts a volume as it is, when the container starts and not before, instead of filling it from the image. */
export const WITHOUT_COPY = { NoCopy: true, Labels: {}, DriverConfig: { Name: '', Options: {} } }
const HOME = '/home/fixpoint'
const CA_BUNDLE = '/etc/ssl/certs/ca-certificates.crt'
const PROXY = `http://127.0.0.1:${SANDBOX_PROXY_PORT}`
const NO_PROXY = 'localhost,127.0.0.1,::1'

/** What every process in the sandbox sees. Values are fixed: nothing of the server's own environment gets in. */
const ENVIRONMENT: Record<string, string> = {
  PATH: '/usr/local/bin:/usr/bin:/bin',
  HOME,
  USER: 'fixpoint',
  LANG: 'C.UTF-8',
  TMPDIR: '/tmp',
  // The way out; without these a program finds no route at all.
  HTTP_PROXY: PROXY,
  HTTPS_PROXY: PROXY,
  http_proxy: PROXY,
  https_proxy: PROXY,
  npm_config_proxy: PROXY,
  npm_config_https_proxy: PROXY,
  NO_PROXY,
  no_proxy: NO_PROXY,
  npm_config_noproxy: NO_PROXY,
  NODE_USE_ENV_PROXY: '1',
  // A company's own certificates, where the image was built with them.
  NODE_EXTRA_CA_CERTS: CA_BUNDLE,
  SSL_CERT_FILE: CA_BUNDLE,
  npm_config_cafile: CA_BUNDLE,
  GIT_SSL_CAINFO: CA_BUNDLE,
  // Nothing in a sandbox asks a person at a terminal.
  GIT_TERMINAL_PROMPT: '0',
  npm_config_update_notifier: 'false',
  npm_config_fund: 'false',
  npm_config_audit: 'false'
}

export interface SandboxTemplateInput {
  settings: SandboxSettings
  name: string
  purpose: Purpose
  labels: Record<string, string>
  /** Volume that is the workspace. */
  workspace: string
}

/**
 * The one form of every container that runs code which is not ours. Nothing but the name, the labels, the volume and the limits
 * of the server's own configuration varies; there is no parameter through which anything else could.
 *
 * The container's main process is sandboxd and its standard streams are the connection to the server: when the server goes, its
 * input closes, sandboxd ends, and the kernel ends every process that the sandbox has left.
 */
export function sandboxTemplate({ settings, name, purpose, labels, workspace }: SandboxTemplateInput): ContainerCreateOptions {
  return {
    name,
    Image: settings.image,
    Labels: { ...labels, [LABELS.instance]: settings.instanceId, [LABELS.purpose]: purpose },
    User: SANDBOX_USER,
    WorkingDir: WORKSPACE,
    Hostname: 'sandbox',
    Entrypoint: ['/usr/bin/tini', '--', '/usr/local/bin/node', '/opt/fixpoint/launch.mjs'],
    Cmd: ['serve'],
    Env: Object.entries({
      ...ENVIRONMENT,
      FIXPOINT_DISK_LIMIT: String(settings.diskBytes),
      FIXPOINT_DISK_RESERVE: String(settings.diskReserveBytes)
    }).map(([key, value]) => `${key}=${value}`),
    Tty: false,
    OpenStdin: true,
    StdinOnce: true,
    AttachStdin: true,
    AttachStdout: true,
    AttachStderr: true,
    HostConfig: {
      NetworkMode: 'none',
      ReadonlyRootfs: true,
      CapDrop: ['ALL'],
      Privileged: false,
      SecurityOpt: ['no-new-privileges', `seccomp=${JSON.stringify(seccompProfile)}`],
      IpcMode: 'private',
      PidsLimit: settings.pids,
      Memory: settings.memoryBytes,
      // The same figure: no swap on top.
      MemorySwap: settings.memoryBytes,
      NanoCpus: Math.round(settings.cpus * 1e9),
      Ulimits: [
        { Name: 'nofile', Soft: settings.openFiles, Hard: settings.openFiles },
        { Name: 'core', Soft: 0, Hard: 0 },
        // Docker limits no volume; sandboxd watches what all files take together.
        { Name: 'fsize', Soft: settings.diskBytes, Hard: settings.diskBytes }
      ],
      ShmSize: settings.shmBytes,
      // npm runs what it unpacks, hence exec.
      Tmpfs: { '/tmp': `rw,exec,nosuid,nodev,mode=1777,size=${settings.tmpBytes},nr_inodes=${settings.tmpFiles}` },
      // What sandboxd prints is the connection; a log of it would only fill the disk.
      LogConfig: { Type: 'none', Config: {} },
      RestartPolicy: { Name: 'no' },
      AutoRemove: false,
      Mounts: [
        { Type: 'volume', Source: workspace, Target: WORKSPACE, VolumeOptions: WITHOUT_COPY },
        // Caches and settings of tools: on disk, gone with the container.
        { Type: 'volume', Source: '', Target: HOME }
      ]
    }
  }
}

export interface LayoutTemplateInput {
  settings: SandboxSettings
  name: string
  /** Absent where the container is only created: that alone fills its empty volumes from the image's folders. */
  command?: string[]
  mounts: MountSettings[]
}

/** The same walls around a command of our own that lays out or copies files of volumes; it has no connection to the server. */
export function layoutTemplate({ settings, name, command = ['true'], mounts }: LayoutTemplateInput): ContainerCreateOptions {
  const sandbox = sandboxTemplate({ settings, name, purpose: 'layout', labels: {}, workspace: '' })
  return {
    ...sandbox,
    Entrypoint: command,
    Cmd: [],
    OpenStdin: false,
    StdinOnce: false,
    AttachStdin: false,
    AttachStdout: false,
    AttachStderr: false,
    HostConfig: { ...sandbox.HostConfig, Mounts: mounts }
  }
}

/** The command of the second connection, for the way out. */
export const EGRESS_COMMAND = ['/usr/local/bin/node', '/opt/fixpoint/launch.mjs', 'egress']
