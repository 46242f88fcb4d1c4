/** An interval of the genome: 0-based, half-open. */
export interface Interval {
  chrom: string
  start: number
  end: number
}
/** What went wrong and what to do about it, as plain text. */
export interface Problem {
  title: string
  cure: string
}
/**
 * Half of a track's height. 'own': of each model the larger of its 99th percentile of |relevance|
 * and of what is in view, so that noise stays small and nothing is cut; 'auto': one for all, the
 * largest value in view; 'p99': the 99th percentile of each; a number: that of all. The last two
 * cut what is more, under a dark mark.
 */
export type Scale = 'own' | 'auto' | 'p99' | number
export type Palette = Partial<
  Record<'A' | 'C' | 'G' | 'T' | 'N' | 'positive' | 'negative' | 'dim', string>
>

export interface MountOptions {
  /**
   * One of the three: the address of a manifest, the manifest itself (URLs relative to the page),
   * the address of a hub.txt.
   */
  manifestURL?: string
  manifest?: object
  hubURL?: string
  /** An igv.js reference object, in place of the genome of the manifest or hub. */
  reference?: object
  /**
   * The address of the lengths of a hub's chromosomes (chrom.sizes): bars are drawn by them where
   * the sequence cannot be read. A manifest names its own.
   */
  sizes?: string
  /**
   * Where to start: "chr1:101-240" (1-based) or an interval. The page's address (#locus=...) goes
   * before all options.
   */
  locus?: string | Interval
  /**
   * 0 to 1, as a share of each model's 99th percentile of |relevance|. A hub does not tell that:
   * nothing is dimmed or hidden there.
   */
  threshold?: number
  /** 'own' unless said. */
  scale?: Scale
  reverse?: boolean
  /** Off unless said. */
  difference?: boolean
  /** The models of the difference, first - second; the first two unless said. */
  first?: string
  second?: string
  /** The models from top to bottom, as in the scan unless said; what is not named comes last. */
  order?: string[]
  /** The models whose tracks are out of sight; they are still listed and compared. */
  hidden?: string[]
  /** Colours in place of the default ones (Okabe and Ito), which every eye tells apart. */
  palette?: Palette
  /**
   * Whether the view is kept in the page's address and read from it (default true). It is of one
   * viewer at most: the first that wants it.
   */
  hash?: boolean
  /**
   * Whether keys are heard while nothing on the page has the focus (default true), by the viewer
   * that was used last. Those pressed inside of the viewer always are.
   */
  keys?: boolean
  /** What is said where nothing answers any more, in place of how to start gtrack view again. */
  lost?: Problem
  /** What gives the letters where the sequence is not here, in place of a command of gtrack. */
  lettersFrom?: string
}

export interface State {
  locus: string
  threshold: number
  scale: Scale
  reverse: boolean
  difference: boolean
  /** The models of the difference; undefined where there are no two. */
  first?: string
  second?: string
  motif?: string
  /** The best motif of a family; all hits of the family are listed. */
  family?: string
  model?: string
  /** The models from top to bottom; undefined where that is as in the scan. */
  order?: string[]
  /** The models that are out of sight; undefined where there are none. */
  hidden?: string[]
}
export type Models = Pick<State, 'order' | 'hidden'>

export interface App {
  /** The igv.js browser. */
  browser: any
  /** The manifest with absolute URLs; null for a hub. */
  manifest: object | null
  /** All problems found so far; each is also an 'error' event. */
  problems: Problem[]
  /** Resolves once the navigator holds all hits and regions. */
  ready: Promise<void>
  /**
   * Show at least `width` bases around an interval; resolves once it is drawn, to false if the
   * genome has no such chromosome.
   */
  goto(chrom: string, start: number, end: number, width?: number): Promise<boolean>
  /**
   * To a row of the list (of sites unless said), or the next or previous one; resolves once it is
   * drawn, to false if there is none.
   */
  go(row: number): Promise<boolean>
  next(): Promise<boolean>
  prev(): Promise<boolean>
  setThreshold(threshold: number): Promise<void>
  /** What is no scale is taken for 'own'. */
  setScale(scale: Scale): Promise<void>
  setReverse(reverse: boolean): Promise<void>
  /** Of two models by name, or of those of before. */
  setDifference(shown: boolean, first?: string, second?: string): Promise<void>
  /** By name; [] is what the scan has. What is left out stays as it is. */
  setModels(models: Models): Promise<void>
  state(): State
  /**
   * Events: locus, threshold, scale, reverse, difference, models, filter, hit, error. A hit is a
   * row of the list, of the kind 'sites' (with its `hits`), 'hits' or 'regions'. Returns a function
   * that stops listening.
   */
  on(event: string, listener: (detail: any) => void): () => void
  /** Remove all of it: the browser, the panel, the listeners. */
  destroy(): void
}

/** Teach igv.js the relevance track (configs of type "wig" with a `gtrack` key). Idempotent. */
export function install(igv: any): Promise<void>
/**
 * Build the viewer in an element. Rejects with an Error that is also a Problem; the element shows
 * it. `igv` may be a promise: files are looked at while it loads.
 */
export function mount(element: HTMLElement, igv: any, options: MountOptions): Promise<App>
/** The igv.js session of a manifest: what gtrack writes as igv_session.json. */
export function sessionFromManifest(manifest: any): object
