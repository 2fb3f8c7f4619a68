export function Größe() {
  return (
    <label>
      <span data-at="size-label">Größe</span>
      <input defaultValue="M" />
    </label>
  )
}
