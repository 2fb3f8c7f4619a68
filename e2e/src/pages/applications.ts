/**
 * Pages as applications have them: with routers, component libraries, dialogs in portals, styles in code, lists that draw only what is in
 * sight, and the frameworks in the versions before the newest.
 */
import type { Page } from 'playwright'
import { type Entry, type PageSet, SMALL_REACT } from './entries.ts'

const at = (mark: string) => `[data-at="${mark}"]`

const clicks =
  (...marks: string[]) =>
  async (page: Page) => {
    for (const mark of marks) await page.locator(at(mark)).first().click()
  }

const scrollsTo = (box: string, top: number) => async (page: Page) => {
  await page.locator(box).evaluate((element, to) => element.scrollTo({ top: to, behavior: 'instant' }), top)
}

const NEXT_SHOP: readonly Entry[] = [
  { pick: 'shop-heading', components: ['ShopPage@shop-heading'] },
  { pick: 'product-name', components: ['ProductName@product-name', 'ProductList@product-name-in-list', 'ShopPage@list'] },
  { pick: 'ui-button', components: ['Button@ui-button', 'AddToCart@button-in-cart', 'ShopPage@add'] },
  { pick: 'add-child', components: ['ShopPage@add-child', 'AddToCart in src/components/add-to-cart.tsx'] },
  { pick: 'shop-link', placed: ['ShopPage@shop-link'] }
]
const NEXT_OLD: readonly Entry[] = [
  { pick: 'old', components: ['OldPage@old', 'ShopApp in src/pages/_app.tsx'] },
  { pick: 'ui-button', components: ['Button@ui-button', 'OldPage@button-in-old'] }
]

const next = (pages: string, app: string, framework: string): PageSet[] => [
  { pages, app, framework, entries: NEXT_SHOP },
  { pages, app, framework, path: 'old', entries: NEXT_OLD }
]

/** React 18.3, as Next 14 has it in itself, says of server components what they are called, and not where they are. */
const NEXT_14_SHOP: readonly Entry[] = [
  { pick: 'shop-heading', components: ['ShopPage'], candidate: 'src/app/(shop)/page.tsx' },
  { pick: ':is(#mug strong)', components: ['ProductName', 'ProductList', 'ShopPage'], candidate: 'src/components/product-list.tsx' },
  { pick: 'ui-button', components: ['Button@ui-button', 'AddToCart@button-in-cart', 'ShopPage'] },
  // Nor which of them has written what: then the text decides.
  {
    pick: 'add-child',
    components: ['AddToCart in src/components/add-to-cart.tsx', 'ShopPage'],
    candidate: 'src/app/(shop)/page.tsx'
  }
]

/** Server components leave nothing but their markup in what browsers get. */
const nextWithMaps = (pages: string, app: string): PageSet[] => [
  {
    pages,
    app,
    entries: [
      { pick: 'shop-heading', candidate: 'src/app/(shop)/page.tsx' },
      { pick: ':is(#mug strong)', candidate: 'src/components/product-list.tsx' },
      { pick: 'ui-button', components: ['Button@ui-button', 'AddToCart@button-in-cart'] }
    ]
  },
  { pages, app, path: 'old', entries: [{ pick: 'old', components: ['OldPage@old'] }] }
]

/** What a library draws is of nobody's files: the nearest place is where its component is used. */
const MUI: readonly Entry[] = [
  { pick: 'mui-name', placed: ['ProductCard@mui-name'] },
  { pick: 'mui-chip', placed: ['ProductCard@mui-chip'] },
  { pick: 'mui-buy', placed: ['ProductCard@mui-buy'] },
  { pick: 'dialog-title', placed: ['Settings@dialog-title'], prepare: clicks('open-dialog') },
  { pick: 'warning', placed: ['Settings@warning'] },
  { pick: 'save', placed: ['Settings@save'] },
  {
    pick: 'menu-item',
    placed: ['Settings@menu-item'],
    prepare: async page => {
      await page.keyboard.press('Escape')
      await page.locator(at('dialog-title')).waitFor({ state: 'detached' })
      await page.locator(at('open-menu')).click()
    }
  }
]

const RADIX: readonly Entry[] = [
  {
    pick: 'invite',
    placed: ['Button@comp', 'DialogTrigger@trigger-primitive', 'Dialog in src/components/ui/dialog.tsx', 'InviteDialog@invite']
  },
  {
    pick: 'dialog-title',
    placed: [
      'DialogTitle@title-primitive',
      'DialogContent in src/components/ui/dialog.tsx',
      'Dialog in src/components/ui/dialog.tsx',
      'InviteDialog@dialog-title'
    ],
    prepare: clicks('invite')
  },
  { pick: 'dialog-text', placed: ['InviteDialog@dialog-text', 'DialogContent in src/components/ui/dialog.tsx'] },
  {
    pick: 'dialog-send',
    placed: [
      'Button@comp',
      'DialogContent in src/components/ui/dialog.tsx',
      'Dialog in src/components/ui/dialog.tsx',
      'InviteDialog@dialog-send'
    ]
  },
  { pick: 'dialog-close', placed: ['DialogContent@close-icon'] },
  {
    pick: 'menu-item',
    placed: ['RowMenu@menu-item', 'App@row-menu'],
    prepare: async page => {
      await page.keyboard.press('Escape')
      await page.locator(at('dialog-title')).waitFor({ state: 'detached' })
      await page.locator(at('menu-button')).click()
      // It is laid out above the window before it is put where it belongs.
      await page.waitForFunction(selector => (document.querySelector(selector)?.getBoundingClientRect().top ?? -1) > 0, at('menu-item'))
    }
  }
]

const STYLED: readonly Entry[] = [
  { pick: 'styled-title', placed: ['App@styled-title'] },
  { pick: 'styled-amount', placed: ['Price@styled-amount'] }
]

const VIRTUAL: readonly Entry[] = [
  { pick: ':is(#person-3)', components: ['PersonRow@person', 'PeopleTable@person-row', 'App@people'] },
  { pick: ':is(#person-5004)', components: ['PersonRow@person', 'PeopleTable@person-row'], prepare: scrollsTo('#people', 160_000) },
  { pick: ':is(#basket-2)', placed: ['BasketRow@basket'] },
  { pick: ':is(#basket-3004)', placed: ['BasketRow@basket'], prepare: scrollsTo('[role=list]', 84_000) }
]

/** Five hundred files have a component `Row`; one of them is right. */
const LARGE: readonly Entry[] = [
  { pick: 'row-0417', placed: ['Row@row-0417', 'Panel in packages/ui/src/panel/Panel.tsx', 'Screen@row-in-0417'] },
  { pick: 'pill', placed: ['Pill@pill', 'Row@pill-in-0417', 'Panel in packages/ui/src/panel/Panel.tsx'] },
  { pick: 'panel-title', placed: ['Panel@panel-title', 'Screen@panel-0417', 'App@screen'] },
  { pick: 'tile-0007', components: ['Tile0007@tile-0007', 'Tiles@in-tiles-0007', 'App@tiles'] }
]

export const APPLICATIONS: readonly PageSet[] = [
  ...next('next-15 webpack', 'next-15', 'Next.js 15'),
  ...next('next-15 turbopack', 'next-15', 'Next.js 15'),
  { pages: 'next-14', app: 'next-14', framework: 'Next.js 14', entries: NEXT_14_SHOP },
  { pages: 'next-14', app: 'next-14', framework: 'Next.js 14', path: 'old', entries: NEXT_OLD },
  ...nextWithMaps('next-15 production with maps', 'next-15'),
  ...nextWithMaps('next-14 production with maps', 'next-14'),
  {
    pages: 'next-15 production',
    app: 'next-15',
    entries: [
      { pick: 'shop-heading', candidate: 'src/app/(shop)/page.tsx' },
      // What is on the button is where it is used, the element in its own file.
      { pick: 'ui-button', candidate: 'src/components/ui/button.tsx', among: 2 }
    ]
  },
  {
    pages: 'next production with maps',
    app: 'next',
    entries: [
      { pick: 'next-button', components: ['Counter@next-button'] },
      { pick: 'next-heading', candidate: 'app/page.tsx' }
    ]
  },
  {
    pages: 'next production',
    app: 'next',
    entries: [
      { pick: 'next-heading', candidate: 'app/page.tsx' },
      { pick: 'greeting-text', candidate: 'components/Greeting.tsx' }
    ]
  },
  {
    pages: 'remix',
    app: 'remix',
    framework: 'React 18',
    entries: [
      { pick: 'product-name', components: ['ProductCard@product-name', 'Index@product-card'] },
      { pick: 'remix-heading', components: ['Index@remix-heading'] },
      { pick: 'remix-link', placed: ['Index@remix-link'] }
    ]
  },
  {
    pages: 'react-router-7',
    app: 'react-router-7',
    framework: 'React 19',
    entries: [
      { pick: 'teaser-text', components: ['Teaser@teaser-text', 'Home@teaser'] },
      { pick: 'rr-heading', components: ['Home@rr-heading'] }
    ]
  },
  { pages: 'react-19-0 vite 5', app: 'react-19-0', framework: 'React 19', entries: SMALL_REACT },
  { pages: 'react-19-1 vite 6', app: 'react-19-1', framework: 'React 19', entries: SMALL_REACT },
  {
    pages: 'cra',
    app: 'cra',
    framework: 'React 18',
    entries: [
      { pick: 'cra-title', components: ['Header@cra-title', 'App@header'] },
      { pick: 'cra-line', components: ['Line@cra-line', 'withCount(Line)@inner-of-count', 'Shop@counted'] }
    ]
  },
  {
    pages: 'cra production with maps',
    app: 'cra',
    entries: [
      { pick: 'cra-title', components: ['Header@cra-title', 'App@header'] },
      { pick: 'cra-line', components: ['Line@cra-line'] }
    ]
  },
  { pages: 'mui vite', app: 'mui', framework: 'React 19', entries: MUI },
  { pages: 'mui vite production with maps', app: 'mui', entries: MUI },
  {
    pages: 'mui vite production',
    app: 'mui',
    entries: [
      { pick: 'mui-chip', candidate: 'src/ProductCard.tsx' },
      { pick: 'warning', candidate: 'src/Settings.tsx', prepare: clicks('open-dialog') }
    ]
  },
  { pages: 'radix vite', app: 'radix', framework: 'React 19', entries: RADIX },
  { pages: 'radix vite production with maps', app: 'radix', entries: RADIX },
  {
    pages: 'radix vite production',
    app: 'radix',
    entries: [{ pick: 'dialog-text', candidate: 'src/components/invite-dialog.tsx', prepare: clicks('invite') }]
  },
  { pages: 'styled vite', app: 'styled', entries: STYLED },
  { pages: 'styled vite production with maps', app: 'styled', entries: STYLED },
  { pages: 'styled vite production', app: 'styled', entries: [{ pick: 'styled-title', candidate: 'src/App.tsx' }] },
  { pages: 'virtual vite', app: 'virtual', entries: VIRTUAL },
  { pages: 'virtual vite production with maps', app: 'virtual', entries: VIRTUAL },
  { pages: 'virtual vite production', app: 'virtual', entries: [{ pick: ':is(#basket-2)', candidate: 'src/BasketList.tsx' }] },
  { pages: 'radix-18', app: 'radix-18', framework: 'React 18', entries: RADIX },
  { pages: 'large vite', app: 'large', framework: 'React 19', entries: LARGE },
  { pages: 'large vite production with maps', app: 'large', entries: LARGE },
  {
    pages: 'large vite production',
    app: 'large',
    entries: [
      // The text is in the translations, among five hundred that begin alike.
      { pick: 'title-0417', candidate: 'packages/app/src/features/f0417/Screen.tsx' },
      { pick: 'tile-0417', candidate: 'packages/app/src/tiles/Tile0417.tsx' }
    ]
  },
  {
    pages: 'nuxt',
    app: 'nuxt',
    framework: 'Vue 3',
    entries: [
      { pick: 'nuxt-name', components: ['ProductTile@nuxt-name', 'index@nuxt-tile'] },
      { pick: 'nuxt-heading', components: ['index@nuxt-heading'] },
      { pick: 'nuxt-header', components: ['default@nuxt-header'] },
      { pick: 'nuxt-link', placed: ['index@nuxt-link'] }
    ]
  },
  {
    pages: 'vue-router vite',
    app: 'vue-router',
    framework: 'Vue 3',
    entries: [
      { pick: 'vr-welcome', components: ['HomeView@vr-welcome'] },
      { pick: 'vr-link', placed: ['App@vr-link'] },
      {
        pick: 'vr-confirm',
        components: ['HomeView@vr-confirm', 'BaseDialog in src/components/BaseDialog.vue'],
        prepare: clicks('vr-open')
      },
      { pick: 'vr-dialog-head', components: ['BaseDialog@vr-dialog-head', 'HomeView@vr-dialog'] }
    ]
  },
  {
    pages: 'vue-router vite production',
    app: 'vue-router',
    entries: [
      // The text is in the file of translations; the key leads from there to where it is used.
      { pick: 'vr-welcome', candidate: 'src/views/HomeView.vue' },
      { pick: 'vr-dialog-head', candidate: 'src/components/BaseDialog.vue', prepare: clicks('vr-open') },
      { pick: 'vr-confirm', candidate: 'src/views/HomeView.vue' }
    ]
  },
  {
    pages: 'sveltekit',
    app: 'sveltekit',
    framework: 'Svelte 5',
    entries: [
      { pick: 'kit-name', components: ['ProductRow@kit-name', '+page@kit-row'] },
      { pick: 'kit-note', components: ['+page@kit-note', 'ProductRow in src/lib/ProductRow.svelte'] },
      { pick: 'kit-header', components: ['+layout@kit-header'] }
    ]
  }
]
