import { expect, test } from 'vitest'
import { fitScale, fittedView, keepInside, MAX_ZOOM, viewOfRegion, zoomAt } from './picture-view.ts'

const picture = { width: 1440, height: 900 }
const stage = { width: 300, height: 200 }

test('a large picture is fitted into the stage, a small one is at most twice its size on the page', () => {
  expect(fitScale(picture, stage, 1)).toBeCloseTo(300 / 1440)
  expect(fitScale({ width: 80, height: 20 }, stage, 1)).toBe(2)
  expect(fitScale({ width: 80, height: 20 }, stage, 2)).toBe(1)
  expect(fitScale({ width: 0, height: 0 }, stage, 1)).toBe(1)
})

test('nothing but the picture is seen when it is larger than the stage', () => {
  const view = keepInside({ zoom: 4, x: 0, y: 5_000 }, picture, stage, 1)
  const scale = fitScale(picture, stage, 1) * 4
  expect(view.x * scale).toBeCloseTo(stage.width / 2)
  expect((picture.height - view.y) * scale).toBeCloseTo(stage.height / 2)
})

test('a fitted picture is in the middle, however it was dragged', () => {
  expect(keepInside({ zoom: 1, x: -100, y: 9_999 }, picture, stage, 1)).toEqual(fittedView(picture))
})

test('the pixel under the pointer stays there while zooming', () => {
  const fit = fitScale(picture, stage, 1)
  const view = { zoom: 2, x: 700, y: 400 }
  const point = { x: 80, y: -30 }
  const pixelAt = (at: typeof view) => ({ x: at.x + point.x / (fit * at.zoom), y: at.y + point.y / (fit * at.zoom) })
  const zoomed = zoomAt(view, 1.5, point, fit)
  expect(zoomed.zoom).toBe(3)
  expect(pixelAt(zoomed).x).toBeCloseTo(pixelAt(view).x)
  expect(pixelAt(zoomed).y).toBeCloseTo(pixelAt(view).y)
})

test('zoom has ends', () => {
  expect(zoomAt({ zoom: 1, x: 0, y: 0 }, 0.1, { x: 0, y: 0 }, 1).zoom).toBe(1)
  expect(zoomAt({ zoom: 10, x: 0, y: 0 }, 10, { x: 0, y: 0 }, 1).zoom).toBe(MAX_ZOOM)
})

test('a region is brought to the middle and fills most of the stage', () => {
  const region = { x: 812, y: 432, width: 84, height: 38 }
  const view = viewOfRegion(region, picture, stage, 1)
  expect([view.x, view.y]).toEqual([854, 451])
  const shownWidth = region.width * fitScale(picture, stage, 1) * view.zoom
  expect(shownWidth).toBeGreaterThan(stage.width * 0.4)
  expect(shownWidth).toBeLessThanOrEqual(stage.width)
})

test('a region as large as the page shows the page', () => {
  expect(viewOfRegion({ x: 0, y: 0, ...picture }, picture, stage, 1).zoom).toBe(1)
})
