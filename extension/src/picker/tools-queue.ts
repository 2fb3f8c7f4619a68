import type { PickerPort } from './picker-port.ts'
import type { PickerTools } from './picker-tools.ts'

/**
 * What a person does while the picker's other half is still being loaded: done when it has come, in the order in which it was asked for.
 * Nothing of it is done once the run is over.
 */
export class ToolsQueue {
  readonly #port: Pick<PickerPort, 'tools' | 'loadTools'>
  readonly #run: { runId: string; isOver: () => boolean }
  /** Null where nothing waits. */
  #waiting: ((tools: PickerTools | null) => void)[] | null = null

  constructor(port: Pick<PickerPort, 'tools' | 'loadTools'>, run: { runId: string; isOver: () => boolean }) {
    this.#port = port
    this.#run = run
  }

  /** At once where the tools are there; not at all where they cannot be had. */
  use(work: (tools: PickerTools) => void): void {
    const { tools } = this.#port
    if (tools && !this.#waiting) {
      work(tools)
      return
    }
    const isFirst = this.#waiting === null
    this.#waiting ??= []
    this.#waiting.push(loaded => loaded && work(loaded))
    if (isFirst) void this.#load()
  }

  /** For what needs no tools and yet comes after what waits for them. */
  inOrder(work: () => void): void {
    if (this.#waiting) this.#waiting.push(work)
    else work()
  }

  async #load(): Promise<void> {
    // Without an answer only what needs the tools is left out.
    const tools = await this.#port.loadTools({ runId: this.#run.runId }).catch(() => null)
    const waiting = this.#waiting ?? []
    this.#waiting = null
    for (const work of waiting) if (!this.#run.isOver()) work(tools)
  }
}
