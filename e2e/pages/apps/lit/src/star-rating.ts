import { css, html, LitElement } from 'lit'

interface Shown {
  value: number
}

/** Stars, drawn by Lit. */
export class StarRating extends LitElement implements Shown {
  static override styles = css`.stars { color: goldenrod; }`
  static override properties = { value: { type: Number } }
  declare value: number

  override render() {
    globalThis.rendersOf = globalThis.rendersOf ?? {}
    globalThis.rendersOf.StarRating = (globalThis.rendersOf.StarRating ?? 0) + 1
    return html`
      <div class="stars">
        <span class="filled" data-at="lit-stars">${'★'.repeat(this.value)}</span>
      </div>
    `
  }
}

customElements.define('star-rating', StarRating)
