/** A place: 0-based, half-open. */
export interface Place { chrom: string; start: number; end: number }
/** What went wrong and what to do about it, as plain text. */
export interface Problem { title: string; cure: string }
export type Scale = 'auto' | 'p99' | number
export type Palette = 'okabe-ito' | 'classic' | Partial<Record<'A' | 'C' | 'G' | 'T' | 'N' | 'positive' | 'negative' | 'dim', string>>

export interface MountOptions {
  /** One of the three: the address of a manifest, the manifest itself (URLs relative to `baseURL`), the address of a hub.txt. */
  manifestURL?: string
  manifest?: object
  hubURL?: string
  /** What relative addresses are relative to; else the page. */
  baseURL?: string
  /** An igv.js reference object, in place of the genome of the manifest or hub. */
  reference?: object
  /** Where to start: "chr1:101-240" (1-based) or a place. The page's address (#locus=...) goes before all options. */
  locus?: string | Place
  /** 0 to 1, as a share of each model's 99th percentile of |relevance|. */
  threshold?: number
  scale?: Scale
  reverse?: boolean
  difference?: boolean
  palette?: Palette
}

export interface State { locus: string; threshold: number; scale: Scale; reverse: boolean; difference: boolean; palette: Palette }

export interface App {
  /** The igv.js browser. */
  browser: any
  /** What the panel is built on. */
  core: any
  /** All problems found so far; each is also an 'error' event. */
  problems: Problem[]
  /** Resolves once the navigator holds all hits and regions. */
  ready: Promise<void>
  /** To a row of the navigator, or the next or previous one; resolves once it is drawn. */
  go(row: number): Promise<unknown>
  next(): Promise<unknown>
  prev(): Promise<unknown>
  setThreshold(threshold: number): Promise<void>
  setScale(scale: Scale): Promise<void>
  setReverse(reverse: boolean): Promise<void>
  setDifference(shown: boolean): Promise<void>
  state(): State
  /** Events: locus, threshold, scale, reverse, difference, hit, error. Returns a function that stops listening. */
  on(event: string, listener: (detail: any) => void): () => void
  /** Remove all of it: the browser, the panel, the listeners. */
  destroy(): void
}

export class GtrackError extends Error implements Problem {
  tag: 'schema' | 'invalid' | 'json' | 'missing' | 'unreachable' | 'elsewhere' | 'hub' | 'igv' | 'chromosome'
  title: string
  cure: string
}

/** Teach igv.js the relevance track (configs of type "wig" with a `gtrack` key). Idempotent. */
export function install(igv: any): Promise<void>
/** Build the viewer in an element. Rejects with a GtrackError, which the element then shows. */
export function mount(element: HTMLElement, igv: any, options: MountOptions): Promise<App>
/** The igv.js session of a manifest: what gtrack writes as igv_session.json. */
export function sessionFromManifest(manifest: object): object
