export function load() {
  return { products: ['Blue mug', 'Red cap'] }
}
