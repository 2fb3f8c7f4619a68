import { type Category, categories } from '../catalog/products.ts'
import { Link } from '../navigation/Link.tsx'
import './CategoryFilter.css'

const names: Record<Category, string> = { light: 'Light', table: 'Table', seating: 'Seating', living: 'Living' }

export function CategoryFilter({ chosen }: { chosen: Category | undefined }) {
  return (
    <nav className="category-filter" aria-label="Categories">
      <Link to="/" aria-current={chosen === undefined ? 'page' : undefined}>
        All
      </Link>
      {categories.map(category => (
        <Link key={category} to={`/?category=${category}`} aria-current={chosen === category ? 'page' : undefined}>
          {names[category]}
        </Link>
      ))}
    </nav>
  )
}
