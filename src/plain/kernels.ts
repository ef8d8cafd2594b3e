// The kernels that plain JavaScript has by hand, by the names of the functions of assembly/ that they take the place of. This list
// is all that decides it: scripts/build-js.mjs cuts those functions out of the engine before it is translated, so what calls
// them calls these, and test/plain/kernels.test.ts compares each with its twin.

import { activate } from "./activation.ts";
import { depthwise } from "./depthwise.ts";
import { glu } from "./glu.ts";
import { layerNorm } from "./layer-norm.ts";
import { framesSideBySide } from "./log-mel.ts";
import { matmulF32 } from "./matmul-f32.ts";
import { matmulInt8 } from "./matmul-int8.ts";
import { quantizeRows } from "./quantize.ts";
import { softmaxes } from "./softmax.ts";
import { vectors } from "./vector.ts";
import { viewsOf } from "./views.ts";
import { addWeightedRows } from "./weighted-rows.ts";

/** The kernels over an engine's memory. */
export function kernels(memory: ArrayBuffer) {
  const views = viewsOf(memory);
  return {
    activate: activate(views),
    addWeightedRows: addWeightedRows(views),
    depthwise: depthwise(views),
    framesSideBySide: framesSideBySide(views),
    glu: glu(views),
    layerNorm: layerNorm(views),
    matmulF32: matmulF32(views),
    matmulInt8: matmulInt8(views),
    quantizeRows: quantizeRows(views),
    ...softmaxes(views),
    ...vectors(views),
  };
}
