/** Something goes on. Decoration: what goes on is said beside it. */
export function Spinner({ size = 14 }: { size?: number }) {
  return <span className="fx-spinner" style={{ width: size, height: size }} aria-hidden />
}
