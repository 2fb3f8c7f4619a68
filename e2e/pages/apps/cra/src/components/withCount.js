export default function withCount(Inner) {
  function Counted(props) {
    return <Inner {...props} count={1} at="inner-of-count" />
  }
  Counted.displayName = `withCount(${Inner.displayName || Inner.name})`
  return Counted
}
