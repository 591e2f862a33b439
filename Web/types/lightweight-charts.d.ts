/** The part of Lightweight Charts 5.2 that the page uses; the vendored file has no types of its own. */
export interface Point {
  time: number;
  value?: number;
  color?: string;
  open?: number;
  high?: number;
  low?: number;
  close?: number;
}

export interface Marker {
  time: number;
  position: "aboveBar" | "belowBar";
  shape: "arrowUp" | "arrowDown" | "circle" | "square";
  color: string;
  text?: string;
}

export interface Markers {
  setMarkers(markers: Marker[]): void;
}

export interface Series {
  setData(points: Point[]): void;
  update(point: Point): void;
  applyOptions(options: Record<string, unknown>): void;
  priceScale(): { applyOptions(options: Record<string, unknown>): void };
}

export interface Pane {
  setStretchFactor(factor: number): void;
}

export interface Chart {
  addSeries(kind: unknown, options: Record<string, unknown>, paneIndex?: number): Series;
  applyOptions(options: Record<string, unknown>): void;
  panes(): Pane[];
  timeScale(): { fitContent(): void };
  remove(): void;
}

export interface Watermark {
  applyOptions(options: Record<string, unknown>): void;
}

export interface ChartLibrary {
  createChart(container: HTMLElement, options: Record<string, unknown>): Chart;
  createTextWatermark(pane: Pane, options: Record<string, unknown>): Watermark;
  createSeriesMarkers(series: Series, markers: Marker[]): Markers;
  CandlestickSeries: unknown;
  HistogramSeries: unknown;
  LineSeries: unknown;
}

declare global {
  interface Window {
    LightweightCharts?: ChartLibrary;
  }
}
