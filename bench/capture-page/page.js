// The page that is captured, and what it is captured with for comparison. Bundled by `bench/capture.ts`; it runs in the page.
import html2canvas from 'html2canvas'
import { createElement as h } from 'react'
import { createRoot } from 'react-dom/client'
import { getElementAtPoint, getElementBounds, getElementContext, getElementSelector } from 'react-grab/primitives'
import { snapshot } from 'rrweb-snapshot'

const WORDS = 'linen apron oak board stoneware mug brass hook wool throw copper pan cedar tray glass jug slate coaster'.split(' ')
const nameOf = index => `${WORDS[index % WORDS.length]} ${WORDS[(index * 7) % WORDS.length]} ${index}`

function Price({ amount, currency }) {
  return h('span', { className: 'price-tag', 'data-testid': 'price' }, `${(amount / 100).toFixed(2)} ${currency}`)
}

function ProductCard({ product, onAdd }) {
  return h(
    'li',
    { className: 'product-card', style: { width: 280, display: 'inline-block' } },
    h('img', { alt: product.name, width: 40, height: 40 }),
    h('h3', null, product.name),
    h('p', { className: 'product-card__text' }, 'Made by hand in a small workshop, ', h('em', null, 'one at a time'), '.'),
    h('div', { className: 'product-card__foot' }, h(Price, { amount: product.amount, currency: 'EUR' })),
    h('button', { type: 'button', onClick: onAdd }, 'Add to cart'),
    h('a', { href: `/products/${product.id}` }, 'Details')
  )
}

/** Elements of one card. */
const CARD = 9

function Catalogue({ cards }) {
  const products = Array.from({ length: cards }, (_, index) => ({ id: index, name: nameOf(index), amount: 1_000 + index }))
  return h(
    'div',
    { className: 'shop' },
    h(
      'header',
      null,
      h('nav', { 'aria-label': 'Main' }, h('a', { href: '/' }, 'Shop'), h('input', { type: 'search', defaultValue: 'linen' }))
    ),
    h(
      'main',
      null,
      h('h1', null, 'Products'),
      h(
        'ul',
        { className: 'products' },
        products.map(product => h(ProductCard, { key: product.id, product, onAdd: () => undefined }))
      )
    ),
    h('footer', null, 'About us')
  )
}

/** Renders about so many elements; answers how many there are. */
globalThis.renderCatalogue = elements => {
  createRoot(document.querySelector('#root')).render(h(Catalogue, { cards: Math.round((elements - 12) / CARD) }))
  return new Promise(resolve => requestAnimationFrame(() => setTimeout(() => resolve(document.getElementsByTagName('*').length), 100)))
}

const target = () => document.querySelectorAll('.price-tag')[3]

globalThis.peers = {
  'rrweb-snapshot': () => JSON.stringify(snapshot(document)),
  'react-grab': async () => JSON.stringify({ ...(await getElementContext(target())), element: null, fiber: null }),
  html2canvas: async () => (await html2canvas(target().closest('li'), { logging: false })).toDataURL()
}

/** What has to be known to draw a label at a point, without drawing it. */
globalThis.hoverPeer = (x, y) => {
  const startedAt = performance.now()
  const element = getElementAtPoint(x, y)
  if (element) {
    getElementBounds(element)
    getElementSelector(element)
  }
  return performance.now() - startedAt
}
