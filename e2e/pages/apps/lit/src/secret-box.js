class SecretBox extends HTMLElement {
  constructor() {
    super()
    const root = this.attachShadow({ mode: 'closed' })
    root.innerHTML = '<button type="button" class="locked" data-at="closed-shadow">Open me</button>'
  }
}

customElements.define('secret-box', SecretBox)
