import { Component, Input } from '@angular/core'

@Component({
  selector: 'app-basket-line',
  templateUrl: './basket-line.html'
})
export class BasketLine {
  @Input() name = ''

  get label(): string {
    const counts = globalThis as { rendersOf?: Record<string, number> }
    counts.rendersOf ??= {}
    counts.rendersOf['BasketLine'] = (counts.rendersOf['BasketLine'] ?? 0) + 1
    return `1 × ${this.name}`
  }
}
