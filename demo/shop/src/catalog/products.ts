export const categories = ['light', 'table', 'seating', 'living'] as const
export type Category = (typeof categories)[number]

/** The colour of the wall and floor a product is pictured in front of. */
export type Tone = 'sand' | 'sage' | 'mist' | 'clay' | 'dusk'

export interface Product {
  slug: string
  name: string
  category: Category
  material: string
  /** What it costs now, in cents. */
  priceCents: number
  /** What it cost before the sale, in cents; absent when it is not on sale. */
  formerPriceCents?: number
  /** Average of the reviews, 1 to 5. */
  rating: number
  reviewCount: number
  tone: Tone
  /** Hung on the wall or from the ceiling, so there is no floor in the picture. */
  hangs?: boolean
  pictureText: string
  description: string
  finishes: string[]
  size: string
  origin: string
  care: string
}

export const products: Product[] = [
  {
    slug: 'heron-lamp',
    name: 'Heron lamp',
    category: 'light',
    material: 'Brushed brass, enamelled steel',
    priceCents: 18_900,
    rating: 4.8,
    reviewCount: 64,
    tone: 'sand',
    pictureText: 'Table lamp with a curved brass neck and a green dome shade',
    description:
      'A long brass neck that leans over whatever you are doing and keeps quite still. The shade turns all the way round, and the light is warm enough for late evenings.',
    finishes: ['Reed green', 'Chalk', 'Ink'],
    size: '34 × 52 cm',
    origin: 'Spun and wired in Aveiro, Portugal',
    care: 'Dust with a dry cloth; the brass darkens with time'
  },
  {
    slug: 'sedge-chair',
    name: 'Sedge chair',
    category: 'seating',
    material: 'Oiled oak, woven paper cord',
    priceCents: 28_900,
    formerPriceCents: 34_000,
    rating: 4.9,
    reviewCount: 38,
    tone: 'sage',
    pictureText: 'Oak chair with four back spindles and a seat of woven cord',
    description:
      'Four spindles, one curved rail and a seat woven by hand from a hundred and twenty metres of cord. Light enough to carry with two fingers.',
    finishes: ['Natural oak', 'Smoked oak'],
    size: '48 × 51 × 82 cm, seat at 45 cm',
    origin: 'Joined in Viborg, Denmark',
    care: 'Oil once a year; wipe spills from the cord at once'
  },
  {
    slug: 'plover-mug',
    name: 'Plover mug',
    category: 'table',
    material: 'Speckled stoneware',
    priceCents: 2_400,
    rating: 5,
    reviewCount: 1,
    tone: 'mist',
    pictureText: 'Cream mug with brown speckles, a bare clay foot and steam rising',
    description:
      'Thrown, not cast, so no two are quite the same height. The foot is left unglazed and warms up last, which is where your fingers go.',
    finishes: ['Sand', 'Storm'],
    size: '9 × 9.5 cm, 320 ml',
    origin: 'Thrown in St Ives, Cornwall',
    care: 'Dishwasher and microwave safe'
  },
  {
    slug: 'kelp-planter',
    name: 'Kelp planter',
    category: 'living',
    material: 'Ribbed earthenware',
    priceCents: 4_600,
    rating: 4.6,
    reviewCount: 112,
    tone: 'clay',
    pictureText: 'Broad-leaved green plant in a ribbed cream pot',
    description: 'Ribs like wet sand after the tide has gone out. It has a hidden saucer, and a hole where a hole should be.',
    finishes: ['Chalk', 'Clay'],
    size: '22 × 20 cm',
    origin: 'Pressed in Bornholm, Denmark',
    care: 'Bring it inside when it freezes; the plant is not included'
  },
  {
    slug: 'osprey-pendant',
    name: 'Osprey pendant',
    category: 'light',
    material: 'Glazed terracotta, brass',
    priceCents: 14_500,
    rating: 4.7,
    reviewCount: 51,
    tone: 'mist',
    hangs: true,
    pictureText: 'Terracotta pendant lamp throwing a cone of warm light',
    description:
      'Hang it low over a table. The inside is glazed white, the outside is not glazed at all, and dinner looks better under it.',
    finishes: ['Terracotta', 'Chalk'],
    size: '38 × 26 cm, 2 m of cord',
    origin: 'Turned in Aveiro, Portugal',
    care: 'Dust with a dry cloth'
  },
  {
    slug: 'tidal-bowls',
    name: 'Tidal bowls',
    category: 'table',
    material: 'Glazed stoneware, set of three',
    priceCents: 5_400,
    formerPriceCents: 7_200,
    rating: 4.8,
    reviewCount: 87,
    tone: 'sand',
    pictureText: 'Three nested bowls in deep blue, pale blue and cream',
    description: 'Deep water, shallow water, sand. They nest in that order and take up the room of one.',
    finishes: ['Tide'],
    size: '28, 22 and 17 cm across',
    origin: 'Thrown in St Ives, Cornwall',
    care: 'Dishwasher and oven safe'
  },
  {
    slug: 'rushes-vase',
    name: 'Rushes vase',
    category: 'living',
    material: 'Unglazed terracotta',
    priceCents: 5_800,
    rating: 4.5,
    reviewCount: 29,
    tone: 'sand',
    pictureText: 'Round terracotta vase holding bulrushes and long leaves',
    description: 'A narrow neck that holds up tall, unruly stems. Three lines are drawn into the clay while it turns, by hand, by eye.',
    finishes: ['Terracotta', 'Ash'],
    size: '17 × 27 cm',
    origin: 'Thrown in St Ives, Cornwall',
    care: 'Sealed inside; rinse and dry'
  },
  {
    slug: 'dune-stool',
    name: 'Dune stool',
    category: 'seating',
    material: 'Solid ash',
    priceCents: 16_500,
    rating: 4.7,
    reviewCount: 45,
    tone: 'dusk',
    pictureText: 'Round three-legged stool of pale ash with visible grain',
    description: 'Three legs never wobble. A stool, a bedside table, a plant stand, a place for the book you are not finishing.',
    finishes: ['Natural ash', 'Black ash'],
    size: '36 × 44 cm',
    origin: 'Joined in Viborg, Denmark',
    care: 'Oil once a year'
  },
  {
    slug: 'fog-carafe',
    name: 'Fog carafe',
    category: 'table',
    material: 'Hand-blown glass, cork',
    priceCents: 3_900,
    rating: 4.4,
    reviewCount: 33,
    tone: 'clay',
    pictureText: 'Glass carafe with a cork stopper beside a small tumbler, both half full of water',
    description: 'One breath, one carafe. It comes with a tumbler that sits over the neck on the night table.',
    finishes: ['Clear', 'Smoke'],
    size: '11 × 27 cm, 1 litre',
    origin: 'Blown in Småland, Sweden',
    care: 'Wash by hand'
  },
  {
    slug: 'lichen-throw',
    name: 'Lichen throw',
    category: 'living',
    material: 'Undyed and plant-dyed wool',
    priceCents: 11_800,
    rating: 4.9,
    reviewCount: 73,
    tone: 'dusk',
    pictureText: 'Folded moss-green wool blanket with cream and rust stripes and a fringe',
    description:
      'Woven on a loom that is older than the company. The green comes from lichen and onion skins, so every batch is its own shade.',
    finishes: ['Lichen', 'Oat'],
    size: '130 × 180 cm',
    origin: 'Woven in Pembrokeshire, Wales',
    care: 'Air it; wool seldom needs washing'
  },
  {
    slug: 'skerry-clock',
    name: 'Skerry clock',
    category: 'living',
    material: 'Turned walnut, paper face',
    priceCents: 8_400,
    formerPriceCents: 9_900,
    rating: 4.3,
    reviewCount: 18,
    tone: 'sage',
    hangs: true,
    pictureText: 'Round wall clock with a walnut rim and a plain cream face',
    description: 'No numbers and no ticking. The hand for the seconds sweeps, because time does.',
    finishes: ['Walnut'],
    size: '30 cm across',
    origin: 'Turned in Glarus, Switzerland',
    care: 'One AA battery, included'
  },
  {
    slug: 'drift-candles',
    name: 'Drift candle holders',
    category: 'light',
    material: 'Cast stoneware, pair',
    priceCents: 3_200,
    rating: 4.6,
    reviewCount: 56,
    tone: 'mist',
    pictureText: 'Two stone candle holders, dark and light, with burning candles',
    description: 'Two stones that fit the hand, weighted low so that they stay where you put them.',
    finishes: ['Slate and sand'],
    size: '11 × 13 cm and 11 × 8 cm',
    origin: 'Cast in Bornholm, Denmark',
    care: 'Warm water takes off the wax'
  }
]

export function findProduct(slug: string): Product | undefined {
  return products.find(product => product.slug === slug)
}

/** Others that go with a product: the same category first, then in the order of the catalog. */
export function goesWith(product: Product, count: number): Product[] {
  const others = products.filter(other => other.slug !== product.slug)
  const isSameCategory = (other: Product) => (other.category === product.category ? 0 : 1)
  return others.toSorted((left, right) => isSameCategory(left) - isSameCategory(right)).slice(0, count)
}
