import { Component } from 'react'
import styles from './Card.module.css'

// A comment that builds leave out, so that lines move.
export class Card extends Component {
  render() {
    const { title, children } = this.props
    return (
      <article className={styles.card} data-at="article">
        <h2 className={styles.title} data-at="title">
          {title}
        </h2>
        {children}
      </article>
    )
  }
}
