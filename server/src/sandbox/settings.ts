/** What the driver needs to know; everything that has a default has it in `defaultSandboxSettings`. */
export interface SandboxSettings {
  /** Names this server's data folder: containers and volumes of other instances are never touched. */
  instanceId: string
  /** Image made by `ensureSandboxImage`. */
  image: string
  memoryBytes: number
  /** Processors, as a fraction. */
  cpus: number
  /** Processes and threads. */
  pids: number
  /** /tmp, in memory and counted against it. */
  tmpBytes: number
  tmpFiles: number
  /** /dev/shm, which Chromium keeps its pictures in. */
  shmBytes: number
  /** What a sandbox's workspace and home folder may take on disk together, and so the largest single file. */
  diskBytes: number
  /** So much is left free of the disk that Docker has its volumes on: at most a tenth of it. */
  diskReserveBytes: number
  /** Open files of one process; an engine that runs with less itself cannot give this. */
  openFiles: number
  /** Bytes that may leave and enter one sandbox together. */
  egressBytes: number
  /** Connections out of one sandbox at one time. */
  egressConnections: number
  /** A sandbox has this long to answer for the first time. */
  startTimeoutMs: number
  /** A sandbox that answers nothing for this long is lost. */
  silenceTimeoutMs: number
  /** Prepared workspaces kept for each project beside those that sessions stand on. */
  preparedPerProject: number
}

const MiB = 1024 * 1024

/** Start values for one machine; the thinking behind them is in docs/architecture.md. */
export const defaultSandboxSettings: Omit<SandboxSettings, 'instanceId' | 'image'> = {
  memoryBytes: 2_048 * MiB,
  cpus: 2,
  pids: 512,
  tmpBytes: 512 * MiB,
  tmpFiles: 200_000,
  shmBytes: 256 * MiB,
  diskBytes: 10_240 * MiB,
  diskReserveBytes: 10_240 * MiB,
  openFiles: 16_384,
  egressBytes: 4_096 * MiB,
  egressConnections: 128,
  startTimeoutMs: 20_000,
  silenceTimeoutMs: 8_000,
  preparedPerProject: 2
}
