import { Component } from 'react'
import Text from './Text.mdx'

export default class About extends Component<{ at: string }> {
  override render() {
    return (
      <footer>
        <i data-at="about-text">Since 1984</i>
        <Text at="text" />
      </footer>
    )
  }
}
