// The exports of the threads build: all of the engine's, what its other threads run, and the pool's parts for tests.

export * from "./index";
export { help } from "./layers/shared-work";
export {
  allDone,
  arrive,
  beginRound,
  chunkDone,
  claim,
  isCurrent,
  offer,
  settle,
  shareOf,
  threadsOf,
  unsettled,
} from "./threading/thread-pool";
