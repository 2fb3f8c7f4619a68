import { Counter, type Registry } from 'prom-client'

/** One counter, held by whoever counts with it often: a lookup by labels for every update check would cost more than the check. */
export interface Tally {
  count: number
}

/** Counters by their labels, shown to Prometheus. The same labels give the same tally. */
export class Tallies<Label extends string> {
  readonly #labels: readonly Label[]
  readonly #byLabels = new Map<string, { labels: Record<Label, string>; tally: Tally }>()

  constructor(registry: Registry, { name, help, labels }: { name: string; help: string; labels: readonly Label[] }) {
    this.#labels = labels
    const all = () => this.all()
    new Counter({
      name,
      help,
      labelNames: labels,
      registers: [registry],
      collect() {
        this.reset()
        for (const { labels: values, tally } of all()) this.inc(values, tally.count)
      }
    })
  }

  of(labels: Record<Label, string>): Tally {
    const key = this.#labels.map(label => labels[label]).join('\n')
    const known = this.#byLabels.get(key)
    if (known !== undefined) return known.tally
    const tally = { count: 0 }
    this.#byLabels.set(key, { labels, tally })
    return tally
  }

  all(): Iterable<{ labels: Record<Label, string>; tally: Tally }> {
    return this.#byLabels.values()
  }
}
