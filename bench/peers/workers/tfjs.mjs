// TensorFlow.js on its wasm backend: the step written in its operations, fp32, from the weights of the foldvox file. Right context
// follows the segment; keys and values of the left context are cached per head, as in training/product/export_onnx.py.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { answer, stepsOf } from "./protocol.mjs";
import { Stepwise } from "./steps.mjs";

const require = createRequire(import.meta.url);
const tf = require("@tensorflow/tfjs-core");
const backend = require("@tensorflow/tfjs-backend-wasm");

/** Tensors by name and the configuration of a model file's bytes. */
function readModel(bytes) {
  const headerBytes = Number(bytes.readBigUInt64LE(0));
  const { __metadata__: metadata, ...entries } = JSON.parse(bytes.subarray(8, 8 + headerBytes).toString());
  const tensors = new Map();
  for (const [
    name,
    {
      shape,
      data_offsets: [from, to],
    },
  ] of Object.entries(entries)) {
    const data = bytes.buffer.slice(bytes.byteOffset + 8 + headerBytes + from, bytes.byteOffset + 8 + headerBytes + to);
    tensors.set(name, tf.tensor(new Float32Array(data), shape));
  }
  return { tensors, config: JSON.parse(metadata.config) };
}

/** Layers over rows [n, width]. */
function layersOf(tensors) {
  const linear = (name) => {
    // Products with a transposed second operand take a path nine times as slow, and add biases wrongly where fused.
    const weight = tf.transpose(tensors.get(`${name}.weight`));
    const bias = tensors.get(`${name}.bias`);
    return (x) => tf.fused.matMul({ a: x, b: weight, ...(bias && { bias }) });
  };
  const norm = (name) => {
    const gamma = tensors.get(`${name}.weight`);
    const beta = tensors.get(`${name}.bias`);
    return (x) => {
      const centred = tf.sub(x, tf.mean(x, -1, true));
      const variance = tf.mean(tf.square(centred), -1, true);
      return tf.add(tf.mul(tf.mul(centred, tf.rsqrt(tf.add(variance, 1e-5))), gamma), beta);
    };
  };
  return { linear, norm };
}

const ACTIVATIONS = {
  gelu: (x) => tf.mul(tf.mul(x, 0.5), tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1)),
  silu: (x) => tf.mul(x, tf.sigmoid(x)),
  relu: tf.relu,
  none: (x) => x,
};

/** Relative biases [heads, rows, keys] of keys in the order left context, own rows. */
function relativeBias(table, encoder, fold) {
  if (!table) return null;
  const { leftContext, segment, rightContext } = encoder;
  const rows = (segment + rightContext) * fold;
  const past = leftContext * fold;
  const zero = past + rows - 1;
  const place = (i, j) => j - past - i + zero;
  const index = Int32Array.from({ length: rows * (past + rows) }, (_, n) => {
    return place(Math.floor(n / (past + rows)), n % (past + rows));
  });
  return tf.gather(table, tf.tensor2d(index, [rows, past + rows]), 1);
}

/** x + feed-forward of x, over rows of any width; null without one. */
function feedForwardOf(tensors, activation, name) {
  if (!tensors.has(`${name}.0.weight`)) return null;
  const { linear, norm } = layersOf(tensors);
  const [hiddenNorm, expand, contract] = [norm(`${name}.0`), linear(`${name}.1`), linear(`${name}.4`)];
  return (x) => tf.add(x, contract(activation(expand(hiddenNorm(x)))));
}

/** Of x [tokens, width] and the gated rows [reach, width] before it: x + convolution, and the next such rows. */
function convolutionOf(tensors, { width, segment, activation }, kernel, name) {
  const { linear, norm } = layersOf(tensors);
  const [inputNorm, expand, contract] = [norm(`${name}.norm`), linear(`${name}.expand`), linear(`${name}.contract`)];
  const weights = tf.reshape(tf.transpose(tensors.get(`${name}.depthwise.weight`)), [kernel, 1, width, 1]);
  const bias = tensors.get(`${name}.depthwise.bias`);
  const reach = (kernel - 1) / 2;
  return (x, past) => {
    const [values, gates] = tf.split(expand(inputNorm(x)), 2, 1);
    const seen = tf.concat([past, tf.mul(values, tf.sigmoid(gates)), tf.zeros([reach, width])]);
    const filtered = tf.depthwiseConv2d(tf.reshape(seen, [1, -1, 1, width]), weights, 1, "valid");
    const activated = ACTIVATIONS[activation](tf.add(tf.reshape(filtered, [-1, width]), bias));
    return [tf.add(x, contract(activated)), tf.slice(seen, [segment, 0], [reach, width])];
  };
}

function layerOf(tensors, encoder, config, name) {
  const { linear, norm } = layersOf(tensors);
  const { attentionFold: fold, feedForwardFold, heads, kernel } = config;
  const { width, segment, leftContext, rightContext } = encoder;
  const tokens = segment + rightContext;
  const rows = tokens * fold;
  const narrow = width / fold;
  const past = leftContext * fold;
  const [inputNorm, outputNorm] = ["layer_norm_input", "layer_norm_output"].map((part) => norm(`${name}.${part}`));
  const [keyValue, query, output] = ["emb_to_key_value", "emb_to_query", "out_proj"].map((part) =>
    linear(`${name}.attention.${part}`),
  );
  const activation = ACTIVATIONS[encoder.activation];
  const [first, last] = ["first_ff", "pos_ff"].map((part) => feedForwardOf(tensors, activation, `${name}.${part}`));
  const convolution = kernel && convolutionOf(tensors, encoder, kernel, `${name}.convolution`);
  const inFolds = (x) => tf.reshape(x, [-1, width / feedForwardFold]);
  const bias = relativeBias(tensors.get(`${name}.attention.relative_bias`), encoder, fold);
  const embedding = tensors.get(`${name}.subtoken_embedding`)?.reshape([1, width]);
  /** [rows, narrow] to [heads, rows, narrow / heads] */
  const split = (x) => tf.transpose(tf.reshape(x, [rows, heads, narrow / heads]), [1, 0, 2]);
  return (input, pastKey, pastValue, pastGated) => {
    const embedded = embedding ? tf.add(input, embedding) : input;
    const x = first ? first(inFolds(embedded)) : embedded;
    const normed = inputNorm(tf.reshape(x, [rows, narrow]));
    const [ownKey, ownValue] = tf.split(keyValue(normed), 2, 1).map(split);
    const key = tf.concat([pastKey, ownKey], 1);
    const value = tf.concat([pastValue, ownValue], 1);
    const queries = split(tf.mul(query(normed), (narrow / heads) ** -0.5));
    const scores = tf.matMul(queries, key, false, true);
    const context = tf.matMul(tf.softmax(bias ? tf.add(scores, bias) : scores), value);
    const attended = output(tf.reshape(tf.transpose(context, [1, 0, 2]), [rows, narrow]));
    const residual = tf.reshape(tf.add(tf.reshape(x, [rows, narrow]), attended), [tokens, width]);
    const [filtered, ...gated] = convolution ? convolution(residual, pastGated) : [residual];
    const kept = (all) => tf.slice(all, [0, segment * fold, 0], [heads, past, narrow / heads]);
    const out = tf.reshape(outputNorm(last(inFolds(filtered))), [tokens, width]);
    return [out, kept(key), kept(value), ...gated];
  };
}

function start(steps, bytes) {
  const { tensors, config } = readModel(bytes);
  const { encoder } = config;
  const { linear, norm } = layersOf(tensors);
  const project = linear("transcriber.input_linear");
  const isDirect = encoder.output === "direct";
  const outputLinear = isDirect ? (x) => x : linear("transcriber.output_linear");
  const outputNorm = isDirect ? (x) => x : norm("transcriber.layer_norm");
  const head = linear("head.linear");
  const layers = encoder.layers.map((layer, i) =>
    layerOf(tensors, encoder, layer, `transcriber.transformer.emformer_layers.${i}`),
  );
  const { frames, mels } = steps;
  const { inputKernel, inputActivation = "none", stride, segment, rightContext } = encoder;
  const tokens = segment + rightContext;
  /** Tokens [tokens, width] of frames [frames, mels]; an input kernel makes each of frames that others have too. */
  const tokensOf = (x) => {
    if (!inputKernel) return tf.reshape(project(x), [tokens, encoder.width]);
    const taps = Array.from({ length: inputKernel }, (_, k) =>
      tf.stridedSlice(x, [k, 0], [k + stride * (tokens - 1) + 1, mels], [stride, 1]),
    );
    return ACTIVATIONS[inputActivation](project(tf.concat(taps, 1)));
  };
  let states = [];
  return new Stepwise(steps, {
    warm() {
      tf.dispose(states);
      // The files hold keys per head and width, as the graphs want them.
      const state = encoder.leftContext * encoder.width;
      let gatedAt = 0;
      states = encoder.layers.map(({ attentionFold: fold, heads, kernel = 0 }, i) => {
        const [key, value] = ["key", "value"].map((name) => steps.initial[name].subarray(i * state, (i + 1) * state));
        const reach = (kernel - 1) / 2;
        const gatedFrom = gatedAt;
        gatedAt += kernel ? reach * encoder.width : 0;
        const gated = kernel ? [tf.tensor(steps.initial.gated.slice(gatedFrom, gatedAt), [reach, encoder.width])] : [];
        const headWidth = encoder.width / fold / heads;
        return tf.tidy(() => [
          tf.transpose(tf.tensor(key, [heads, headWidth, encoder.leftContext * fold]), [0, 2, 1]),
          tf.tensor(value, [heads, encoder.leftContext * fold, headWidth]),
          ...gated,
        ]);
      });
    },
    step(window) {
      const [logProbs, next] = tf.tidy(() => {
        let x = tokensOf(tf.tensor(window, [frames, mels]));
        const next = layers.map((layer, i) => {
          const [out, ...after] = layer(x, ...states[i]);
          x = out;
          return after;
        });
        const encoded = outputNorm(outputLinear(tf.slice(x, [0, 0], [encoder.segment, encoder.width])));
        return [tf.logSoftmax(head(encoded)), next];
      });
      tf.dispose(states);
      states = next;
      const rows = logProbs.dataSync();
      logProbs.dispose();
      return rows;
    },
  });
}

await answer(async (folder, precision) => {
  const steps = await stepsOf(folder);
  const bytes = readFileSync(join(folder, `model.${precision}.safetensors`));
  backend.setWasmPaths(`${dirname(require.resolve("@tensorflow/tfjs-backend-wasm"))}/`);
  return async () => {
    await tf.setBackend("wasm");
    return start(steps, bytes);
  };
});
