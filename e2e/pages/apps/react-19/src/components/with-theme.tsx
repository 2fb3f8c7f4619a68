import type { ComponentType } from 'react'

/** A higher-order component that names what it makes. */
export function withTheme<P extends object>(Inner: ComponentType<P>) {
  function Themed(properties: P) {
    return <Inner {...properties} at="inner-of-theme" />
  }
  Themed.displayName = `withTheme(${Inner.displayName ?? Inner.name})`
  return Themed
}
