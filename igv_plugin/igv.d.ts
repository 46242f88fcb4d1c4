// What the plugin leans on in igv.js (3.5 or later), whose own types name few of these.
import type { Palette, Scale } from './index.js'

export interface Igv {
  createTrack(config: TrackConfig, browser: object): Promise<Track>
  registerTrackCreatorFunction(
    type: string,
    create: (config: TrackConfig, browser: Browser) => Track,
  ): void
  createBrowser(element: HTMLElement, session: object): Promise<Browser>
  removeBrowser(browser: Browser): void
  loadHub(url: string): Promise<{ getGenomeConfig(): HubGenome }>
}

/** What a hub says of its genome and tracks. */
export interface HubGenome {
  id: string
  twoBitURL?: string
  locus?: string
  tracks: TrackConfig[]
}

/** What a gtrack track says of itself in its config, beside what igv.js reads. */
export interface GtrackConfig {
  kind: string
  model?: string
  /** Of a difference: the first and the second model. */
  models?: string[]
  p99?: number
  unit?: string
  /** Of an annotation of a hub: the address of the table of its names. */
  names?: string
  /** Of an ensemble: the address of the standard deviation around its mean. */
  sd?: string
  /** The track's name as plain text; igv.js takes its own for HTML. */
  title?: string
  scale?: Scale
  threshold?: number
  reverse?: boolean
  palette?: Palette
}

export interface TrackConfig {
  type?: string
  id?: string
  name?: string
  url?: string
  format?: string
  order?: number
  tracks?: TrackConfig[]
  gtrack?: GtrackConfig
  [option: string]: unknown
}

export interface Session {
  locus?: string
  tracks: TrackConfig[]
  roi?: object[]
  genome?: string
  reference?: { id?: string; format?: string; [option: string]: any }
  [option: string]: unknown
}

export interface Chromosome {
  name: string
  bpLength: number
}

export interface ReferenceFrame {
  chr: string
  start: number
  end: number
  bpPerPixel: number
  shiftPixels(pixels: number, width: number, clamp: boolean): boolean
}

export interface Browser {
  genome: {
    chromosomes: Map<string, Chromosome>
    getChromosome(name: string): Chromosome | undefined
    loadChromosome(name: string): Promise<Chromosome | undefined>
    getSequence(chr: string, start: number, end: number): Promise<string | null>
  }
  referenceFrameList: ReferenceFrame[]
  columnContainer: HTMLElement
  trackViews: TrackView[]
  alert: { present(said: unknown, ...more: any[]): void }
  keyUpHandler: (event: KeyboardEvent) => void
  boundWindowResizeHandler: () => void
  findTracks(test: (track: Track) => unknown): Track[]
  loadTrack(config: TrackConfig): Promise<Track>
  loadTrackList(configs: TrackConfig[]): Promise<Track[]>
  removeTrack(track: Track): void
  loadROI(config: object): Promise<void>
  reorderTracks(): void
  updateLoci(loci: { chr: string; start: number; end: number }[]): Promise<boolean>
  /** The least bases that a view has. */
  minimumBases(): number
  zoomWithScaleFactor(factor: number): void
  calculateViewportWidth(columns: number): number
  layoutChange(): Promise<void>
  updateViews(): Promise<void>
  savePNGtoFile(name: string): void
  toSVG(): string
  on(event: string, listener: (...said: any[]) => unknown): void
  off(event: string, listener: (...said: any[]) => unknown): void
}

/** What of a track's data a viewport holds. */
export interface FeatureCache {
  chr: string
  bpStart: number
  bpEnd: number
  features: Feature[]
}

/** A piece of a track in the page, one in each column; that of the ruler has a sweeper. */
export interface Viewport {
  viewportElement: HTMLElement
  trackLabelElement?: HTMLElement
  featureCache?: FeatureCache
  loading?: unknown
  /** How far down its rows are scrolled (px). */
  contentTop?: number
  /** What is drawn; of tracks, with what it was drawn for. */
  canvas?: HTMLCanvasElement & { _data?: object }
  getWidth(): number
  hideMessage(): void
  needsRepaint(): boolean
  startSpinner?: () => void
  stopSpinner?: () => void
  referenceFrame: ReferenceFrame
  rulerSweeper?: { dispose(): void }
  renderTrackLabelSVG?: (context: CanvasRenderingContext2D, x: number, y: number) => void
}

/** The elements of a track. */
export interface TrackView {
  track: Track
  axis?: HTMLElement
  axisCanvas?: HTMLCanvasElement
  gear?: HTMLElement
  viewports: Viewport[]
  outerScroll?: HTMLElement
  dragHandle?: HTMLElement
  gearContainer?: HTMLElement
  sampleInfoViewport?: { viewport?: HTMLElement }
  sampleNameViewport?: { viewport?: HTMLElement }
  paintAxis(): void
  /** Scrolls the rows of a track that has more than it shows. */
  scrollByPixels(pixels: number): void
  repaintViews(): void
  updateViews(): Promise<void>
}

/** A piece of a track's data; relevance has a value, and a hit the columns of its bigBed. */
export interface Feature {
  chr?: string
  start: number
  end: number
  [column: string]: any
}

export interface Query {
  chr: string
  start: number
  end: number
  bpPerPixel?: number
  windowFunction: 'max' | 'min' | 'none'
}

/** A track; the last of these members are of relevance tracks alone. */
export interface Track {
  browser: Browser
  config: TrackConfig
  name: string
  type: string
  filter: (feature: Feature) => boolean
  reversed?: boolean
  featureSource: { getFeatures(query: Query): Promise<Feature[] | undefined> }
  trackView: TrackView
  clearCachedFeatures(): void
  /** Of tracks with rows: how high what holds these features has to be (px). */
  computePixelHeight?(features: object[]): number
  init(config: TrackConfig): void
  getState(): object
  isRelevance?: boolean
  isDifference?: boolean
  /** Of a model that is not shown. */
  isHidden?: boolean
  order?: number
  unit?: string
  p99?: number
}

/** The arguments of a track's draw(). */
export interface DrawOptions {
  context: CanvasRenderingContext2D
  features: any
  bpStart: number
  bpPerPixel: number
  pixelWidth: number
  pixelHeight: number
  viewport?: { setTrackLabel(html: string): void }
}

/** Where a track was clicked. */
export interface ClickState {
  viewport: { cachedFeatures?: any; referenceFrame: ReferenceFrame }
  genomicLocation: number
}
