class PriceLabel extends HTMLElement {
  connectedCallback() {
    const root = this.attachShadow({ mode: 'open' })
    root.innerHTML = `<b class="amount" data-at="open-shadow">${this.getAttribute('amount')} €</b>`
  }
}

customElements.define('price-label', PriceLabel)
