/** Where the bars are inside the chart's box, as the chart last drew them. */
export interface PlotArea {
  left: number
  width: number
}

/** The day whose bar is nearest to the pointer; null left and right of the plot. */
export function dayIndexAt(x: number, plot: PlotArea, dayCount: number): number | null {
  const index = Math.floor(((x - plot.left) / plot.width) * dayCount)
  return plot.width > 0 && index >= 0 && index < dayCount ? index : null
}

/** The strip of one day, in pixels of the chart's box. */
export function dayStrip(index: number, plot: PlotArea, dayCount: number) {
  const width = plot.width / dayCount
  return { left: plot.left + index * width, width }
}
