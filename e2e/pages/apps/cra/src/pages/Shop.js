import { Component } from 'react'
import withCount from '../components/withCount'

class Line extends Component {
  render() {
    globalThis.rendersOf = globalThis.rendersOf ?? {}
    globalThis.rendersOf.Line = (globalThis.rendersOf.Line ?? 0) + 1
    return <li data-at="cra-line">{this.props.name}</li>
  }
}

const CountedLine = withCount(Line)

export default function Shop() {
  return (
    <ul>
      {['Blue mug', 'Red cap'].map(name => (
        <CountedLine key={name} name={name} at="counted" />
      ))}
    </ul>
  )
}
