/** Places large maps off the main thread. */
import { layoutMap, type MapGraph } from './mapLayout'

self.onmessage = ({ data }: MessageEvent<MapGraph>) => self.postMessage(layoutMap(data))
