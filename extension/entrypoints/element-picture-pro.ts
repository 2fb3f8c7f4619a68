import html2canvas from 'html2canvas-pro'
import { defineUnlistedScript } from 'wxt/utils/define-unlisted-script'
import { isolatedWorld } from '../src/isolated-world.ts'
import { drawElement } from '../src/pictures/draw-element.ts'

export default defineUnlistedScript(() => {
  isolatedWorld().drawElement = number => drawElement(number, html2canvas)
})
