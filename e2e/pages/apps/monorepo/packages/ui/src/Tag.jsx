export function Tag() {
  return <mark data-at="tag">in the package</mark>
}
