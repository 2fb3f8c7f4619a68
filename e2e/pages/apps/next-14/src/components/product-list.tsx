import styles from './product-list.module.css'

const products = [
  { id: 'mug', name: 'Blue mug' },
  { id: 'cap', name: 'Red cap' }
]

export async function ProductList(_properties: { at: string }) {
  await new Promise(resolve => setTimeout(resolve, 20))
  return (
    <ul className={styles.list} data-at="list-box">
      {products.map(product => (
        <li key={product.id} className={styles.item} id={product.id}>
          <ProductName name={product.name} at="product-name-in-list" />
        </li>
      ))}
    </ul>
  )
}

function ProductName({ name }: { name: string; at: string }) {
  return <strong data-at="product-name">{name}</strong>
}
