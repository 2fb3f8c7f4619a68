import { describe, expect, it } from 'vitest'
import type { RedactionCounts } from '../privacy/secrets.ts'
import { describeProps } from './describe-props.ts'
import type { GivenValue } from './page-world.ts'

/** What components are given on ordinary pages: each line is one property. */
const ORDINARY: Record<string, GivenValue> = {
  ...{
    id: 17,
    slug: 'linen-apron',
    title: 'Linen apron',
    name: 'Linen apron, natural',
    price: 42,
    amount: 4200,
    currency: 'EUR',
    discount: 0.15
  },
  ...{ variant: 'primary', size: 'lg', color: '#6d4aff', disabled: false, loading: false, href: '/products/linen-apron', target: '_blank' },
  ...{
    className: 'product-card product-card--sale',
    key: 'row-7',
    rowKey: 'sku',
    sortKey: 'price',
    keyboard: true,
    keyCode: 13,
    hotkey: 'ctrl+k'
  },
  ...{ label: 'Add to cart', placeholder: 'Search products', passwordLabel: 'Your password', passwordPlaceholder: 'At least 8 characters' },
  ...{
    showPassword: false,
    hasPassword: true,
    passwordMinLength: 8,
    tokenCount: 128,
    tokenType: 'Bearer',
    isSecret: true,
    secretsCount: 2
  },
  ...{
    emailLabel: 'E-mail',
    emailPlaceholder: 'you@company',
    emailError: 'Not an address',
    phoneFormat: 'international',
    isEmailValid: true
  },
  ...{ author: 'Ann Example', authorName: 'Ann', authorId: 12, authority: 'editor', cardTitle: 'Order', cardVariant: 'outlined', cards: 3 },
  ...{
    description: 'Washed linen with two pockets and a long strap.',
    alt: 'A folded apron',
    src: '/images/apron-800.jpg',
    width: 800,
    height: 600
  },
  ...{
    createdAt: '2026-11-21T08:00:00.000Z',
    date: '2026-11-21',
    time: '14:30',
    timezone: 'Europe/Berlin',
    locale: 'de-DE',
    language: 'de'
  },
  ...{
    version: '19.3.1',
    build: '2026.11.3',
    env: 'production',
    route: '/products/[id]',
    path: '/checkout/payment',
    query: 'linen',
    hash: '#reviews'
  },
  ...{
    uuid: '550e8400-e29b-41d4-a716-446655440000',
    sku: 'LA-2041-NAT',
    ean: '4006381333931',
    orderNumber: 'A-10482',
    invoice: '2026-0042',
    index: 4
  },
  ...{
    sessionTitle: 'Morning workshop',
    sessions: 4,
    sessionCount: 2,
    cookieBanner: true,
    cookiePolicyUrl: '/cookies',
    cookiesEnabled: true
  },
  ...{ pinned: true, pinColor: 'red', pinnedItems: 3, spinner: 'dots', opinion: 'great', shipping: 'express', shippingMethod: 'courier' },
  ...{
    rating: 4.5,
    reviews: 12,
    reviewCount: 12,
    stars: 5,
    stock: 33,
    inStock: true,
    quantity: 2,
    max: 99,
    min: 1,
    step: 1,
    total: 84,
    subtotal: 70.59
  },
  ...{
    tax: 13.41,
    taxRate: 0.19,
    vatIncluded: true,
    weight: '450 g',
    dimensions: '70 × 85 cm',
    material: 'linen',
    country: 'Portugal',
    city: 'Porto'
  },
  ...{
    street: 'Rua das Flores',
    zip: '4050-262',
    state: 'open',
    status: 'shipped',
    type: 'submit',
    mode: 'edit',
    theme: 'dark',
    layout: 'grid'
  },
  ...{
    columns: 3,
    gap: 16,
    padding: '12px 16px',
    margin: 0,
    align: 'center',
    justify: 'space-between',
    direction: 'row',
    wrap: true,
    order: 2
  },
  ...{
    zIndex: 10,
    opacity: 0.8,
    radius: 8,
    shadow: 'md',
    border: '1px solid #ddd',
    background: 'rgb(255 255 255)',
    fontSize: 14,
    fontWeight: 600
  },
  ...{
    lineHeight: 1.5,
    icon: 'cart',
    iconPosition: 'left',
    tooltip: 'Opens in a new tab',
    ariaLabel: 'Close',
    role: 'dialog',
    tabIndex: -1,
    open: true
  },
  ...{
    visible: true,
    active: 'details',
    selected: 2,
    checked: false,
    value: 'newest',
    defaultValue: 'all',
    options: 'a,b,c',
    items: 12,
    page: 3,
    pages: 40
  },
  ...{
    pageSize: 24,
    offset: 48,
    limit: 24,
    cursor: 'next',
    sort: 'price-asc',
    filter: 'color:blue',
    search: 'mugs',
    tab: 'reviews',
    view: 'list'
  },
  ...{
    percent: '45 %',
    progress: 0.45,
    duration: 300,
    delay: 50,
    easing: 'ease-in-out',
    animation: 'fade',
    transition: 'opacity 0.2s',
    autoplay: false
  },
  ...{
    loop: true,
    muted: true,
    controls: true,
    preload: 'metadata',
    poster: '/video/poster.webp',
    caption: 'Weaving in the workshop',
    chart: 'line'
  },
  ...{
    series: 'revenue',
    unit: 'EUR',
    precision: 2,
    format: '0,0.00',
    legend: true,
    axis: 'left',
    domain: 'auto',
    scale: 'linear',
    ticks: 5,
    stack: false
  },
  ...{
    message: 'Saved.',
    error: null,
    warning: 'Only two left',
    hint: 'Use letters and digits',
    help: 'Where do I find this?',
    required: true,
    pattern: '[a-z]+'
  },
  ...{
    autoComplete: 'street-address',
    inputMode: 'numeric',
    maxLength: 80,
    rows: 4,
    cols: 40,
    spellCheck: true,
    form: 'checkout',
    method: 'post'
  },
  ...{
    action: '/api/orders',
    endpoint: '/api/v2/products',
    retries: 3,
    timeout: 5000,
    cache: 'no-store',
    signal: null,
    abortable: true,
    monkey: 'yes'
  },
  ...{
    keyframes: 'spin',
    tokens: [{ kind: 'word', text: 'linen' }].length,
    breadcrumbs: 3,
    parentId: 4,
    depth: 2,
    expanded: true,
    nodeType: 'leaf'
  }
}

describe('describeProps', () => {
  it('keeps ordinary properties', () => {
    const entries = Object.entries(ORDINARY)
    expect(entries.length).toBeGreaterThanOrEqual(200)
    const lost = entries.filter(([name, value]) => describeProps({ [name]: value }, {}).includes('[redacted]')).map(([name]) => name)
    expect(1 - lost.length / entries.length, `lost: ${lost.join(', ')}`).toBeGreaterThanOrEqual(0.95)
  })

  it.each([
    'password',
    'userPassword',
    'apiKey',
    'API_KEY',
    'accessToken',
    'csrfToken',
    'authorization',
    'sessionId',
    'cardNumber',
    'cvv',
    'email',
    'phone',
    'iban',
    'ssn',
    'clientSecret',
    'otp',
    'refresh_token',
    'privateKey',
    'recoveryCode',
    'birthdate'
  ])('masks by the name: %s', name => {
    const counts: RedactionCounts = {}
    expect(describeProps({ [name]: 'anything' }, counts)).toBe(`${name}=[redacted]`)
    expect(describeProps({ [name]: { inner: 'anything' } }, {})).toBe(`${name}=[redacted]`)
    expect(counts).toEqual({ 'private property': 1 })
  })

  it('writes values and placeholders', () => {
    const props: Record<string, GivenValue> = {
      price: 19.9,
      product: { id: 7, name: 'Mug "blue"', 'data-x': true },
      tags: ['new', 'sale'],
      onAdd: { '\u0000': 'function' },
      at: { '\u0000': 'Date 0' },
      children: [{ '\u0000': 'element' }, { '\u0000': 'element' }],
      note: 'card 4242 4242 4242 4242'
    }
    expect(describeProps(props, {})).toBe(
      'price=19.9 product={id: 7, name: "Mug \\"blue\\"", data-x: true} tags=["new", "sale"] onAdd=[function] at=[Date 1970-01-01T00:00:00.000Z] note="card [redacted]"'
    )
  })
})
