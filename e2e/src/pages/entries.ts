/** What is pointed at on the pages of `e2e/pages/`, and what has to be found. Places are marks in the sources; see expected-places.ts. */
import type { Page } from 'playwright'

/**
 * A component and its place: `Card@article` is the tag with the mark `article`, `Card in src/Card.jsx` any line of the file, and a name
 * alone says nothing of the place.
 */
export type ExpectedComponent = string

export interface Entry {
  /** The mark of the element, or a selector where it begins with anything but a letter. */
  pick: string
  /** From the nearest outwards; further ones may follow, such as the framework's own. */
  components?: readonly ExpectedComponent[]
  /** The same of those alone that have a place: what is drawn by a library has components of its own between them. */
  placed?: readonly ExpectedComponent[]
  /** What the person does first: opens a dialog, scrolls. */
  prepare?: (page: Page) => Promise<void>
  /** Without a verified place: the file that has to come first among the candidates, with its mark where the line matters. */
  candidate?: string
  /** Among how many of the first it may be; it has to be the first where nothing is said. */
  among?: number
}

export interface PageSet {
  /** As `serve.mjs` calls it. */
  pages: string
  /** The folder in `e2e/pages/apps/`, which is the repository. */
  app: string
  path?: string
  /** Part of what the extension says the page is made with. */
  framework?: string
  entries: readonly Entry[]
}

/** In production nobody says who wrote what; code and source maps do. */
export const SMALL_REACT: readonly Entry[] = [
  { pick: 'add-label', components: ['AddButton@add-label', 'Card@article', 'App@add-button'] },
  { pick: 'price', components: ['App@price', 'Card@article'] },
  { pick: 'badge-text', components: ['Badge@badge-text', 'Card@article', 'App@badge'] }
]

const SMALL_REACT_BARE: readonly Entry[] = [
  { pick: 'add-label', candidate: 'src/components/AddButton.jsx' },
  // The text is where the card is used, the element in the card.
  { pick: 'title', candidate: 'src/components/Card.jsx', among: 2 }
]

const REACT_19_DEVELOPMENT: readonly Entry[] = [
  { pick: 'sum', components: ['Cart@sum', 'App@cart'] },
  { pick: 'cart-child', components: ['App@cart-child', 'Cart in src/components/Cart.tsx'] },
  { pick: 'heading', components: ['Title@heading', 'withTheme(Title)@inner-of-theme', 'App in src/App.tsx'] },
  { pick: 'star', components: ['Star@star', 'Rating@star-in-rating', 'App@rating'] }
]

const REACT_19_MORE: readonly Entry[] = [
  { pick: 'banner-text', components: ['Banner@banner-text', 'App@banner'] },
  { pick: 'size-label', components: ['Größe@size-label', 'App@size'] },
  { pick: 'dialog-text', components: ['App@dialog-text', 'Dialog@dialog-box'] },
  { pick: 'about-text', components: ['About@about-text'] },
  { pick: 'mdx', components: ['MDXContent in src/components/Text.mdx'] }
]

const react19 = (pages: string, entries: readonly Entry[]): PageSet => ({ pages, app: 'react-19', framework: 'React 19', entries })

export const FRAMEWORK_PAGES: readonly PageSet[] = [
  ...[16, 17, 18].map(
    (major): PageSet => ({
      pages: `react-${major} vite`,
      app: `react-${major}`,
      framework: `React ${major}`,
      entries: SMALL_REACT
    })
  ),
  ...[16, 17, 18].map(
    (major): PageSet => ({ pages: `react-${major} vite production with maps`, app: `react-${major}`, entries: SMALL_REACT })
  ),
  ...[16, 17, 18].map((major): PageSet => ({ pages: `react-${major} vite production`, app: `react-${major}`, entries: SMALL_REACT_BARE })),
  { pages: 'react-17 webpack eval-source-map', app: 'react-17', framework: 'React 17', entries: SMALL_REACT.slice(0, 1) },
  { pages: 'react-18 webpack production with maps', app: 'react-18', entries: SMALL_REACT },
  { pages: 'react-18 webpack production', app: 'react-18', entries: SMALL_REACT_BARE },
  react19('react-19 vite', [...REACT_19_DEVELOPMENT, ...REACT_19_MORE]),
  react19('react-19 vite /shop/', REACT_19_DEVELOPMENT.slice(0, 1)),
  { ...react19('react-19 vite', [{ pick: '.hydrated p', components: ['Greeting@hydrated'] }]), path: 'hydrated.html' },
  react19('react-19 vite production with maps', [
    { pick: 'sum', components: ['Cart@sum', 'App@cart'] },
    { pick: 'size-label', components: ['Größe@size-label', 'App@size'] }
  ]),
  react19('react-19 vite production', [{ pick: 'size-label', candidate: 'src/pages/ünïcode päge/Größe wählen.jsx' }]),
  react19('react-19 webpack eval-source-map', [...REACT_19_DEVELOPMENT, REACT_19_MORE[1] ?? { pick: 'size-label' }]),
  react19('react-19 webpack eval-cheap-module-source-map', [{ pick: 'sum', components: ['Cart@sum:line', 'App@cart:line'] }]),
  react19('react-19 webpack source-map', [{ pick: 'sum', components: ['Cart@sum', 'App@cart'] }]),
  react19('react-19 webpack cheap-module-source-map', [{ pick: 'sum', components: ['Cart@sum:line', 'App@cart:line'] }]),
  react19('react-19 webpack eval', [{ pick: 'sum', components: ['Cart in src/components/Cart.tsx', 'App in src/App.tsx'] }]),
  react19('react-19 webpack production with maps', [{ pick: 'sum', components: ['Cart@sum', 'App@cart'] }]),
  react19('react-19 webpack production', [{ pick: 'about-text', candidate: 'src/components/About.tsx' }]),
  {
    pages: 'monorepo',
    app: 'monorepo',
    framework: 'React 19',
    entries: [
      { pick: 'web-text', components: ['Page@web-text'] },
      { pick: 'tag', components: ['Tag@tag', 'Page@tag-in-page'] }
    ]
  },
  {
    pages: 'two-reacts',
    app: 'two-reacts',
    entries: [
      { pick: 'old-copy', components: ['OldWidget in src/old.js'] },
      { pick: 'new-copy', components: ['NewWidget@new-copy'] }
    ]
  },
  ...['turbopack', 'webpack'].flatMap((bundler): PageSet[] => [
    {
      pages: `next ${bundler}`,
      app: 'next',
      framework: 'Next.js 16',
      entries: [
        { pick: 'next-heading', components: ['Home@next-heading'] },
        { pick: 'greeting-text', components: ['Greeting@greeting-text', 'Home@greeting'] },
        { pick: 'next-button', components: ['Counter@next-button', 'Home@counter'] },
        { pick: 'next-child', components: ['Home@next-child', 'Counter in components/Counter.tsx'] }
      ]
    },
    { pages: `next ${bundler}`, app: 'next', path: 'old', framework: 'Next.js 16', entries: [{ pick: 'old', components: ['Old@old'] }] }
  ]),
  {
    pages: 'react-router',
    app: 'react-router',
    framework: 'React 19',
    entries: [
      { pick: 'teaser-text', components: ['Teaser@teaser-text', 'Home@teaser'] },
      { pick: 'rr-heading', components: ['Home@rr-heading'] }
    ]
  },
  {
    pages: 'astro',
    app: 'astro',
    framework: 'Astro',
    entries: [
      { pick: 'island-count', components: ['Counter@island-count', 'index in src/pages/index.astro'] },
      { pick: 'astro-notice', components: ['Notice@astro-notice:line'] }
    ]
  },
  {
    pages: 'vue vite',
    app: 'vue',
    framework: 'Vue 3',
    entries: [
      { pick: 'vue-name', components: ['ProductCard@vue-name', 'App@vue-card'] },
      { pick: 'vue-amount', components: ['ProductCard@vue-amount'] },
      { pick: 'vue-slot', components: ['App@vue-slot', 'ProductCard in src/components/ProductCard.vue'] },
      { pick: 'vue-options', components: ['OldStyle@vue-options', 'App@vue-old'] }
    ]
  },
  {
    pages: 'vue vite production with maps',
    app: 'vue',
    entries: [{ pick: 'vue-name', components: ['ProductCard@vue-name', 'App@vue-card'] }]
  },
  { pages: 'vue vite production', app: 'vue', entries: [{ pick: 'vue-amount', candidate: 'src/components/ProductCard.vue' }] },
  {
    pages: 'svelte vite',
    app: 'svelte',
    framework: 'Svelte 5',
    entries: [
      { pick: 'svelte-amount', components: ['PriceTag@svelte-amount', 'App@svelte-tag'] },
      { pick: 'svelte-child', components: ['App@svelte-child', 'PriceTag in src/lib/PriceTag.svelte'] }
    ]
  },
  { pages: 'svelte vite production', app: 'svelte', entries: [{ pick: 'svelte-child', candidate: 'src/App.svelte' }] },
  {
    pages: 'solid vite',
    app: 'solid',
    framework: 'Solid',
    entries: [
      { pick: 'solid-count', components: ['Stepper@solid-count'] },
      { pick: 'solid-intro', candidate: 'src/App.jsx' }
    ]
  },
  {
    pages: 'preact vite',
    app: 'preact',
    entries: [
      { pick: 'preact-state', components: ['Toggle@preact-state', 'App@preact-toggle'] },
      { pick: 'preact-text', components: ['App@preact-text'] }
    ]
  },
  {
    pages: 'lit vite',
    app: 'lit',
    framework: 'Lit',
    entries: [
      { pick: 'lit-stars', components: ['StarRating@lit-stars'] },
      { pick: 'open-shadow', components: ['PriceLabel@open-shadow'] },
      { pick: ':is(secret-box)', components: ['SecretBox in src/secret-box.js'] },
      { pick: 'lit-page', candidate: 'index.html' }
    ]
  },
  { pages: 'lit vite production with maps', app: 'lit', entries: [{ pick: 'lit-stars', components: ['StarRating@lit-stars'] }] },
  {
    pages: 'angular development',
    app: 'angular',
    framework: 'Angular 22',
    entries: [
      { pick: 'ng-label', components: ['BasketLine@ng-label', 'AppRoot in src/app/app-root.ts'] },
      { pick: 'ng-title', components: ['AppRoot@ng-title'] }
    ]
  },
  { pages: 'angular production', app: 'angular', entries: [{ pick: 'ng-label', candidate: 'src/app/basket-line.html' }] },
  {
    pages: 'plain',
    app: 'plain',
    entries: [
      { pick: 'plain-tagline', candidate: 'index.html' },
      { pick: 'plain-button', candidate: 'index.html' },
      { pick: 'plain-offer', candidate: 'scripts/offers.js' }
    ]
  }
]

/** Components of the apps' first pages that count how often they are called. */
export const COUNTERS: Readonly<Record<string, string>> = {
  'react-16': 'AddButton',
  'react-17': 'AddButton',
  'react-18': 'AddButton',
  'react-19': 'Cart',
  next: 'Counter',
  'next-14': 'AddToCart',
  'next-15': 'AddToCart',
  remix: 'ProductCard',
  'react-router-7': 'Teaser',
  'react-19-0': 'AddButton',
  'react-19-1': 'AddButton',
  cra: 'Line',
  mui: 'ProductCard',
  styled: 'Price',
  virtual: 'PersonRow',
  nuxt: 'ProductTile',
  sveltekit: 'ProductRow',
  'react-router': 'Teaser',
  astro: 'Counter',
  vue: 'ProductCard',
  svelte: 'PriceTag',
  solid: 'Stepper',
  preact: 'Toggle',
  lit: 'StarRating',
  angular: 'BasketLine'
}

/** The app's folder inside its repository. */
export const SUBFOLDERS: Readonly<Record<string, string>> = { monorepo: 'apps/web', large: 'packages/app' }
