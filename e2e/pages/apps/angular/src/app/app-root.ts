import { Component } from '@angular/core'
import { BasketLine } from './basket-line.js'

@Component({
  selector: 'app-root',
  imports: [BasketLine],
  template: `
    <main>
      <h1 class="basket-title" data-at="ng-title">Your basket</h1>
      <app-basket-line name="Blue mug" />
    </main>
  `
})
export class AppRoot {}
