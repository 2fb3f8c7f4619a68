/** What part of a picture is seen: `zoom` 1 fits it into the stage; (x, y) is the picture's pixel in the middle of the stage. */
export interface PictureView {
  zoom: number
  x: number
  y: number
}

export interface Size {
  width: number
  height: number
}

export const MAX_ZOOM = 12
/** One step of the zoom buttons. */
export const ZOOM_STEP = 1.5

export function fittedView({ width, height }: Size): PictureView {
  return { zoom: 1, x: width / 2, y: height / 2 }
}

/**
 * Stage pixels per picture pixel at zoom 1: the whole picture is seen, and small ones are at most twice the size that they have
 * on the page.
 */
export function fitScale(picture: Size, stage: Size, deviceScaleFactor: number): number {
  if (picture.width === 0 || picture.height === 0) return 1
  return Math.min(stage.width / picture.width, stage.height / picture.height, 2 / deviceScaleFactor)
}

/** The view with the picture kept in the stage: nothing but picture is seen in a direction in which it is larger than the stage. */
export function keepInside(view: PictureView, picture: Size, stage: Size, deviceScaleFactor: number): PictureView {
  const zoom = clamp(view.zoom, 1, MAX_ZOOM)
  const scale = fitScale(picture, stage, deviceScaleFactor) * zoom
  return {
    zoom,
    x: keepAxis(view.x, picture.width, stage.width / scale),
    y: keepAxis(view.y, picture.height, stage.height / scale)
  }
}

function keepAxis(center: number, length: number, seen: number): number {
  return seen >= length ? length / 2 : clamp(center, seen / 2, length - seen / 2)
}

/** Zooms so that the picture's pixel under `point` (stage pixels from the stage's middle) stays where it is. */
export function zoomAt(view: PictureView, factor: number, point: { x: number; y: number }, scaleAtFit: number): PictureView {
  const zoom = clamp(view.zoom * factor, 1, MAX_ZOOM)
  const before = scaleAtFit * view.zoom
  const after = scaleAtFit * zoom
  return { zoom, x: view.x + point.x / before - point.x / after, y: view.y + point.y / before - point.y / after }
}

/** A view in which a region (picture pixels) fills most of the stage. */
export function viewOfRegion(region: Size & { x: number; y: number }, picture: Size, stage: Size, deviceScaleFactor: number): PictureView {
  const fit = fitScale(picture, stage, deviceScaleFactor)
  const wanted = 0.6 * Math.min(stage.width / Math.max(1, region.width), stage.height / Math.max(1, region.height))
  return { zoom: clamp(wanted / fit, 1, MAX_ZOOM), x: region.x + region.width / 2, y: region.y + region.height / 2 }
}

function clamp(value: number, min: number, max: number): number {
  return Math.min(Math.max(value, min), Math.max(min, max))
}
